//! The library against a provider that is not ours: npm `oidc-provider`, with RS256 and with ES256.

use crate::node_peer::{NodePeer, Registered};
use countersign_client::{
    Advice, Algorithm, ClientError, Clock as _, Entity, LoginHint, OpenIdconnectClient, PrivateKey,
    SystemClock, TokenError, TokenKind,
};
use countersign_jose::KeyType;
use std::time::Duration;

const RESOURCE: &str = "https://api.example";

fn with_rsa() -> Registered {
    Registered {
        client_id: "0b3a9b1e-8f0c-4f0e-9a51-6f9d8a1c2b3d",
        key: PrivateKey::generate(KeyType::Rsa2048).unwrap(),
        algorithm: Algorithm::Rs256,
    }
}

fn with_ec() -> Registered {
    Registered {
        client_id: "5f8de0a2-53a8-4c62-a8b6-11b0f4f5a6c7",
        key: PrivateKey::generate(KeyType::P256).unwrap(),
        algorithm: Algorithm::Es256,
    }
}

async fn asked(client: &OpenIdconnectClient) -> String {
    let hint = LoginHint::username("marie");
    let request = client
        .make_ciba_request(&hint, "openid offline_access profile", "W4SCT", None)
        .await
        .unwrap();
    request.auth_req_id.secret().to_owned()
}

#[tokio::test]
async fn a_client_gets_introspects_and_ends_its_own_token() {
    for registered in [with_rsa(), with_ec()] {
        let Some(peer) = NodePeer::start(std::slice::from_ref(&registered)) else {
            return;
        };
        let client = peer.client(&registered, &[]).await;
        let token = client.request_device_access_token().await.unwrap();
        assert!(token.expires_at > SystemClock.now());
        let token = token.access_token.secret();
        let found = client.introspect(token).await.unwrap();
        assert_eq!(
            (found.active, found.client_id.as_deref()),
            (true, Some(registered.client_id))
        );
        client.revoke(token).await.unwrap();
        assert!(!client.introspect(token).await.unwrap().active);
    }
}

#[tokio::test]
async fn a_person_signs_in() {
    for registered in [with_rsa(), with_ec()] {
        let Some(peer) = NodePeer::start(std::slice::from_ref(&registered)) else {
            return;
        };
        let client = peer.client(&registered, &[]).await;
        let auth_req_id = asked(&client).await;
        let pending = client.check_ciba_status(&auth_req_id).await.unwrap_err();
        assert_eq!(pending.to_string(), "Authorization pending");
        peer.person("approve", &auth_req_id).await;
        let tokens = client.check_ciba_status(&auth_req_id).await.unwrap();

        let person = client.validate_id_token(&tokens).await.unwrap();
        assert_eq!(
            (person.entity, person.subject.as_str(), person.username.as_deref()),
            (Entity::User, "marie", Some("marie"))
        );
        let bearer = client.validate_token(tokens.access_token.secret()).await.unwrap();
        assert_eq!(
            (bearer.kind, bearer.subject.as_str()),
            (TokenKind::UserAccessToken, "marie")
        );
        let spent = client.check_ciba_status(&auth_req_id).await.unwrap_err();
        assert_eq!(spent.error(), Some("invalid_grant"));
    }
}

#[tokio::test]
async fn a_sign_in_is_renewed_until_it_is_ended() {
    let registered = with_ec();
    let Some(peer) = NodePeer::start(std::slice::from_ref(&registered)) else {
        return;
    };
    let client = peer.client(&registered, &[]).await;
    let auth_req_id = asked(&client).await;
    peer.person("approve", &auth_req_id).await;
    let tokens = client.check_ciba_status(&auth_req_id).await.unwrap();
    let first = tokens.refresh_token.unwrap();
    let renewed = client.refresh(first.secret()).await.unwrap();
    let second = renewed.refresh_token.as_ref().unwrap();
    assert_ne!(first.secret(), second.secret());
    assert_eq!(client.validate_id_token(&renewed).await.unwrap().subject, "marie");
    client.revoke(second.secret()).await.unwrap();
    let ended = client.refresh(second.secret()).await.unwrap_err();
    assert_eq!(
        (ended.error(), ended.advice()),
        (Some("invalid_grant"), Advice::GiveUp)
    );
}

#[tokio::test]
async fn who_waits_is_told_when_the_person_answers() {
    let registered = with_ec();
    let Some(peer) = NodePeer::start(std::slice::from_ref(&registered)) else {
        return;
    };
    let client = peer.client(&registered, &[]).await;
    let ask = || client.ciba().ask(LoginHint::username("marie")).scope("openid");
    let pending = ask().send().await.unwrap();
    let auth_req_id = pending.auth_req_id().to_owned();
    let waiting = tokio::spawn(pending.wait());
    peer.person("approve", &auth_req_id).await;
    let tokens = waiting.await.unwrap().unwrap();
    assert_eq!(client.validate_id_token(&tokens).await.unwrap().subject, "marie");

    let pending = ask().send().await.unwrap();
    let auth_req_id = pending.auth_req_id().to_owned();
    let waiting = tokio::spawn(pending.wait());
    peer.person("deny", &auth_req_id).await;
    let denied = waiting.await.unwrap().unwrap_err();
    // This provider gives no description.
    assert_eq!(
        (denied.error(), denied.error_description(), denied.advice()),
        (Some("access_denied"), None, Advice::GiveUp)
    );
}

#[tokio::test]
async fn a_request_that_nobody_answered_has_expired() {
    let registered = with_ec();
    let Some(peer) = NodePeer::start(std::slice::from_ref(&registered)) else {
        return;
    };
    let client = peer.client(&registered, &[]).await;
    let auth_req_id = asked(&client).await;
    peer.person("expire", &auth_req_id).await;
    let expired = client.check_ciba_status(&auth_req_id).await.unwrap_err();
    assert_eq!(expired.error(), Some("expired_token"));
}

#[tokio::test]
async fn who_asks_too_soon_asks_more_slowly_from_then_on() {
    let registered = with_ec();
    let Some(peer) = NodePeer::start(std::slice::from_ref(&registered)) else {
        return;
    };
    let client = peer.client(&registered, &[]).await;
    let auth_req_id = asked(&client).await;
    peer.person("slow-down", &auth_req_id).await;
    // This provider names no interval, so that it is 5 s (CIBA Core §7.3), and 5 s more from now on (§11).
    let wider = Duration::from_secs(10);
    let slow = client.check_ciba_status(&auth_req_id).await.unwrap_err();
    assert!(
        matches!(slow, ClientError::SlowDown { interval } if interval == wider),
        "{slow:?}"
    );
    let pending = client.check_ciba_status(&auth_req_id).await.unwrap_err();
    assert!(
        matches!(pending, ClientError::AuthorizationPending { interval } if interval == wider),
        "{pending:?}"
    );
}

#[tokio::test]
async fn nobody_is_asked_whom_the_provider_does_not_know() {
    let registered = with_ec();
    let Some(peer) = NodePeer::start(std::slice::from_ref(&registered)) else {
        return;
    };
    let client = peer.client(&registered, &[]).await;
    let hint = LoginHint::username("no.body");
    let refused = client
        .make_ciba_request(&hint, "openid", "W4SCT", None)
        .await
        .unwrap_err();
    assert_eq!(refused.error(), Some("unknown_user_id"));
}

#[tokio::test]
async fn a_token_for_a_resource_is_good_where_the_resource_is_and_nowhere_else() {
    let registered = with_rsa();
    let Some(peer) = NodePeer::start(std::slice::from_ref(&registered)) else {
        return;
    };
    let client = peer.client(&registered, &[]).await;
    let hint = LoginHint::username("marie");
    let request = client
        .make_ciba_request(&hint, "openid api:read", "W4SCT", Some(RESOURCE.to_owned()))
        .await
        .unwrap();
    peer.person("approve", request.auth_req_id.secret()).await;
    let tokens = client
        .check_ciba_status(request.auth_req_id.secret())
        .await
        .unwrap();
    let token = tokens.access_token.secret();

    let resource = peer.client(&registered, &[RESOURCE]).await;
    let bearer = resource.validate_token(token).await.unwrap();
    assert_eq!(
        (bearer.kind, bearer.subject.as_str()),
        (TokenKind::JwtAccessToken, "marie")
    );
    assert!(bearer.has_scope("api:read"));
    let refused = client.validate_token(token).await.unwrap_err();
    assert!(
        matches!(refused, ClientError::Token(TokenError::Audience)),
        "{refused:?}"
    );
}
