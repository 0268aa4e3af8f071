//! The real provider over a real socket: every call as a service makes it.

use crate::served::{RESOURCE, Served};
use countersign_client::{Advice, ClientError, Configuration, Entity, LoginHint, TokenError, TokenKind};
use countersign_jose::KeyType;
use std::time::Duration;

const USERNAME: &str = "user.name@OnesID1";

#[tokio::test]
async fn a_person_signs_in_and_the_tokens_say_who() {
    let served = Served::start().await;
    let client = served.client().await;
    let tokens = served.signed_in(&client, None).await;
    assert!(tokens.scope.contains("offline_access") && tokens.refresh_token.is_some());

    let id = client.validate_id_token(&tokens).await.unwrap();
    assert_eq!((id.kind, id.entity), (TokenKind::IdToken, Entity::User));
    assert_eq!(id.username.as_deref(), Some(served.phone.username.as_str()));
    assert!(!id.amr.is_empty() && id.acr.is_some());

    let access = client.validate_access_token(&tokens.access_token).await.unwrap();
    assert!(access.has_scope("profile"));
    assert_eq!(
        (access.kind, access.subject),
        (TokenKind::UserAccessToken, id.subject)
    );
}

#[tokio::test]
async fn a_token_for_a_resource_is_validated_without_asking_the_provider() {
    let served = Served::with_key(KeyType::Rsa2048).await;
    let client = served.client().await;
    let tokens = served.signed_in(&client, Some(RESOURCE)).await;
    let access = client.validate_access_token(&tokens.access_token).await.unwrap();
    assert_eq!(
        (access.kind, access.entity),
        (TokenKind::JwtAccessToken, Entity::User)
    );
    assert_eq!(access.audience, [served.party.client_id.as_str()]);
    assert_eq!(access.claim("resource").unwrap(), RESOURCE);
}

#[tokio::test]
async fn a_no_ends_the_sign_in() {
    let served = Served::start().await;
    let client = served.client().await;
    let hint = LoginHint::username(USERNAME);
    let request = client
        .make_ciba_request(&hint, "openid", "Sign in", None)
        .await
        .unwrap();
    let pending = client.check_ciba_status(&request.auth_req_id).await.unwrap_err();
    assert_eq!(
        pending.advice(),
        Advice::Wait(Duration::from_secs(request.interval))
    );
    served.decide("denied").await;
    let error = client.check_ciba_status(&request.auth_req_id).await.unwrap_err();
    assert_eq!(
        (error.error(), error.advice()),
        (Some("access_denied"), Advice::GiveUp)
    );
    assert!(!error.error_description().unwrap().is_empty());
}

#[tokio::test]
async fn what_the_provider_refuses_is_told_with_its_code() {
    let served = Served::start().await;
    let client = served.client().await;
    let nobody = LoginHint::username("nobody@OnesID1");
    let error = client
        .make_ciba_request(&nobody, "openid", "Sign in", None)
        .await
        .unwrap_err();
    assert_eq!(
        (error.error(), error.advice()),
        (Some("unknown_user_id"), Advice::GiveUp)
    );
    let hint = LoginHint::username(USERNAME);
    let elsewhere = Some("https://elsewhere.example".to_owned());
    let error = client
        .make_ciba_request(&hint, "openid", "Sign in", elsewhere)
        .await
        .unwrap_err();
    assert_eq!(
        (error.error(), error.advice()),
        (Some("invalid_target"), Advice::Misuse)
    );
    let error = client.check_ciba_status("unknown").await.unwrap_err();
    assert_eq!(
        (error.error(), error.advice()),
        (Some("invalid_grant"), Advice::GiveUp)
    );
}

#[tokio::test]
async fn tokens_are_renewed_revoked_and_then_dead() {
    let served = Served::start().await;
    let client = served.client().await;
    let first = served.signed_in(&client, None).await;
    let refresh_token = first.refresh_token.unwrap();
    let second = client.refresh(&refresh_token).await.unwrap();
    assert!(second.scope.contains("profile"));
    assert_ne!(
        second.refresh_token.as_ref().unwrap().secret(),
        refresh_token.secret()
    );
    client.validate_id_token(&second).await.unwrap();

    let kept = second.refresh_token.unwrap();
    let refused = client.validate_token(&kept).await.unwrap_err();
    assert!(
        matches!(refused, ClientError::Token(TokenError::NotAnAccessToken)),
        "{refused}"
    );
    client.revoke(&kept).await.unwrap();
    client.revoke(&kept).await.unwrap();
    let dead = client.validate_token(&second.access_token).await.unwrap_err();
    assert!(matches!(dead, ClientError::Token(TokenError::Inactive)), "{dead}");
    assert_eq!(
        client.refresh(&kept).await.unwrap_err().error(),
        Some("invalid_grant")
    );
}

#[tokio::test]
async fn a_device_token_speaks_for_the_device_and_is_renewed_in_time() {
    for key_type in [KeyType::P256, KeyType::P384, KeyType::P521, KeyType::Rsa2048] {
        let served = Served::with_key(key_type).await;
        let client = served.client().await;
        let token = client.device_access_token().await.unwrap();
        let validated = client.validate_access_token(&token.access_token).await.unwrap();
        assert_eq!(
            (validated.kind, validated.entity),
            (TokenKind::DeviceAccessToken, Entity::Device)
        );
        assert_eq!(
            validated.client_id.as_deref(),
            Some(served.party.client_id.as_str())
        );
        served.world.clock.advance(Duration::from_secs(500));
        let next = client.device_access_token().await.unwrap();
        assert_ne!(next.access_token.secret(), token.access_token.secret());
    }
}

#[tokio::test]
async fn people_and_applications_are_looked_up() {
    let served = Served::start().await;
    let client = served.client().await;
    let person = client.from_identifier(USERNAME).await.unwrap();
    let again = client.from_identifier(&person.subject).await.unwrap();
    assert_eq!(person, again);
    let error = client.from_identifier("nobody@OnesID1").await.unwrap_err();
    assert!(error.status().unwrap().is_client_error());

    let application = client
        .well_known_application("test-service")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (application.kind.as_str(), application.name.as_str()),
        ("server", "Test service")
    );
    assert_eq!(
        client.url_of(&application).unwrap().as_str(),
        "http://rp.example/"
    );
    assert!(client.well_known_application("no-such").await.unwrap().is_none());
}

#[tokio::test]
async fn a_restarted_providers_forgotten_token_is_replaced_by_itself() {
    let served = Served::start().await;
    let client = served.client().await;
    let token = client.device_access_token().await.unwrap();
    client.revoke(&token.access_token).await.unwrap();
    client.from_identifier(USERNAME).await.unwrap();
    let renewed = client.device_access_token().await.unwrap();
    assert_ne!(renewed.access_token.secret(), token.access_token.secret());
}

#[tokio::test]
async fn a_clock_90_seconds_off_is_told_by_whoever_notices_first() {
    let served = Served::start().await;
    let tokens = served.signed_in(&served.client().await, Some(RESOURCE)).await;
    let behind = served.client_with(served.configuration(-90)).await;
    let error = behind.validate_token(&tokens.access_token).await.unwrap_err();
    assert!(
        matches!(error, ClientError::Token(TokenError::NotYetValid)),
        "{error}"
    );
    let ahead = served.client_with(served.configuration(90)).await;
    let error = ahead.device_access_token().await.unwrap_err();
    assert_eq!(
        (error.error(), error.advice()),
        (Some("invalid_client"), Advice::Misuse)
    );
    let within = served.client_with(served.configuration(-45)).await;
    within.validate_token(&tokens.access_token).await.unwrap();
}

#[tokio::test]
async fn discovery_of_the_real_provider_names_what_ciba_needs() {
    let served = Served::start().await;
    let configuration: Configuration = served.configuration(0);
    let client = served.client_with(configuration).await;
    let metadata = client.provider_metadata().additional_metadata();
    let endpoint = metadata.backchannel_authentication_endpoint.as_ref().unwrap();
    assert!(endpoint.path().ends_with("/oidc/backchannel"));
    let modes = metadata
        .backchannel_token_delivery_modes_supported
        .as_ref()
        .unwrap();
    assert!(modes.iter().any(|mode| mode == "poll"));
}
