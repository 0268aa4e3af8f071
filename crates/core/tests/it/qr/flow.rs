//! The life of a session (onesid.md §10.1, C8).

use super::{Stage, content, device_bearer, hint_of, parameters};
use crate::support::refused;
use countersign_core::authenticator::revoke;
use countersign_core::qr::status;
use countersign_core::time::Duration;
use countersign_jose::KeyType;
use countersign_protocol::ErrorCode;
use countersign_protocol::qr::SessionKind;
use serde_json::json;

#[tokio::test]
async fn a_person_signs_in_by_a_code() {
    let stage = Stage::new().await;
    let session = stage.make(false).await;
    assert_eq!(
        (session.kind, session.exp_in, session.interval),
        (SessionKind::Qr, 300, 3)
    );
    assert_eq!(session.aud.as_deref(), Some(stage.device.client_id.as_str()));
    assert_eq!(session.cb_url, "https://idp.example/auth/oidc/bc-authorize");
    assert_eq!(session.exp, u64::try_from(stage.world.now().unix() + 300).ok());
    assert_eq!(session.refresh_in, Some(300), "a static code is drawn once");
    let shown = content(&session);
    assert_eq!(
        (shown.session_id, shown.t, shown.m),
        (session.session_id.clone(), None, None)
    );
    assert!(
        stage.look(&session.session_id).await == Some(session.clone()),
        "nobody has scanned"
    );

    stage.scan(&session).await.expect("a scan");
    let scanned = stage.seen(&session.session_id).await;
    assert!(scanned.login_hint_token.is_some() && !scanned.ciba_request_invoked);
    assert!(
        scanned.qr_content.is_none() && scanned.refresh_in.is_none(),
        "the code has done its work"
    );

    let started = stage.request(&scanned).await.expect("a request");
    let requested = stage.seen(&session.session_id).await;
    assert_eq!(
        requested.auth_request_id.as_deref(),
        Some(started.auth_req_id.as_str())
    );
    assert!(requested.ciba_request_invoked && requested.login_hint_token.is_none());

    let poll = stage.world.poll(&stage.device, &started.auth_req_id).await;
    assert_eq!(refused(poll), ErrorCode::AuthorizationPending, "a scan is no yes");
    let item = stage
        .phone
        .approvals(&stage.world.provider)
        .await
        .expect("a list")
        .remove(0);
    stage
        .phone
        .decide(&stage.world.provider, &item, "approved", &json!({}))
        .await
        .expect("a decision");
    let tokens = stage
        .world
        .poll(&stage.device, &started.auth_req_id)
        .await
        .expect("tokens");
    assert_eq!(tokens.scope.as_deref(), Some("openid profile"));

    let after = stage.seen(&session.session_id).await;
    assert!(
        after.auth_request_id.is_some(),
        "it can be read until it ends (C8)"
    );
    stage.world.clock.advance(Duration::from_secs(300));
    assert!(stage.look(&session.session_id).await.is_none());
}

#[tokio::test]
async fn the_time_that_is_left_counts_down() {
    let stage = Stage::new().await;
    let session = stage.make(false).await;
    stage.world.clock.advance(Duration::from_millis(299_500));
    let late = stage.seen(&session.session_id).await;
    assert_eq!((late.exp_in, late.exp), (1, session.exp));
}

#[tokio::test]
async fn the_request_of_a_session_is_one_however_often_it_is_sent() {
    let stage = Stage::new().await;
    let scanned = stage.scanned().await;
    let requests = (0..16).map(|_| stage.request(&scanned));
    let answers = futures_util::future::join_all(requests).await;
    let first = answers[0].as_ref().expect("a request").auth_req_id.clone();
    for answer in answers {
        let answer = answer.expect("each is answered");
        assert_eq!((answer.auth_req_id, answer.expires_in), (first.clone(), 600));
    }
    stage.world.clock.advance(Duration::from_secs(20));
    let again = stage.request(&scanned).await.expect("once more");
    assert_eq!((again.auth_req_id, again.expires_in), (first, 580));
    let items = stage
        .phone
        .approvals(&stage.world.provider)
        .await
        .expect("a list");
    assert_eq!(items.len(), 1, "the person is asked once");
}

#[tokio::test]
async fn the_sessions_token_names_its_session_by_itself() {
    let stage = Stage::new().await;
    let scanned = stage.scanned().await;
    let token = scanned.login_hint_token.as_deref().expect("a token");
    let started = stage
        .world
        .start(&stage.device, &parameters(token, None))
        .await
        .expect("a request");
    let requested = stage.seen(&scanned.session_id).await;
    assert_eq!(requested.auth_request_id, Some(started.auth_req_id));
    let other = stage
        .world
        .start(&stage.device, &parameters(token, Some("another")))
        .await;
    assert_eq!(refused(other), ErrorCode::UnknownUserId);
}

#[tokio::test]
async fn a_session_that_the_service_hosts_itself_changes_nothing() {
    let stage = Stage::new().await;
    let hint = stage.hint().await;
    for (hint, session) in [
        (hint.as_str(), "3b9f0f6e-rp"),
        (&stage.hint().await, "an id of another kind!"),
    ] {
        let started = stage
            .world
            .start(&stage.device, &parameters(hint, Some(session)))
            .await;
        started.expect("a request of onesid.md section 10.2");
    }
    assert!(stage.refusals().await.is_empty());
}

#[tokio::test]
async fn a_request_waits_for_the_scan_and_takes_no_other_token() {
    let stage = Stage::new().await;
    let session = stage.make(false).await;
    let hint = stage.hint().await;
    let early = stage
        .world
        .start(&stage.device, &parameters(&hint, Some(&session.session_id)))
        .await;
    assert_eq!(refused(early), ErrorCode::InvalidRequest);
    stage.scan(&session).await.expect("a scan");
    let wrong = stage
        .world
        .start(&stage.device, &parameters(&hint, Some(&session.session_id)))
        .await;
    assert_eq!(refused(wrong), ErrorCode::UnknownUserId);
    Stage::assert_refusals(
        &stage.refusals().await,
        &[("request", "invalid_request"), ("request", "unknown_user_id")],
    );
    let alone = stage.world.start(&stage.device, &parameters(&hint, None)).await;
    alone.expect("the phone's own token was not spent");
}

#[tokio::test]
async fn a_session_is_its_own_devices_only() {
    let stage = Stage::new().await;
    let scanned = stage.scanned().await;
    let other = stage.world.device(KeyType::P256).await;
    let bearer = device_bearer(&stage.world.provider, &other).await;
    let look = status::status(&stage.world.provider, &bearer, &scanned.session_id).await;
    assert!(look.expect("an answer").is_none());
    let token = scanned.login_hint_token.as_deref().expect("a token");
    for session in [Some(scanned.session_id.as_str()), None] {
        let stolen = stage.world.start(&other, &parameters(token, session)).await;
        assert_eq!(
            refused(stolen),
            ErrorCode::InvalidRequest,
            "a token that leaked is of no use"
        );
    }
    stage.request(&scanned).await.expect("nothing was spent");
    assert_eq!(stage.refusals().await.len(), 2);
}

#[tokio::test]
async fn a_session_of_an_ended_or_revoked_phone_asks_nobody() {
    let stage = Stage::new().await;
    let scanned = stage.scanned().await;
    let phone = stage
        .phone
        .bearer(&stage.world.provider)
        .await
        .expect("a phone")
        .authenticator;
    let again = stage.scanned().await;
    revoke::revoke(&stage.world.provider, phone.id, "test")
        .await
        .expect("revoked");
    assert_eq!(refused(stage.request(&scanned).await), ErrorCode::UnknownUserId);
    stage.world.clock.advance(Duration::from_secs(300));
    assert_eq!(refused(stage.request(&again).await), ErrorCode::InvalidRequest);
}

#[tokio::test]
async fn a_restart_forgets_no_session() {
    let mut stage = Stage::new().await;
    let scanned = stage.scanned().await;
    stage.world = stage.world.restart().await;
    assert!(
        stage.look(&scanned.session_id).await == Some(scanned.clone()),
        "the same token is derived again"
    );
    let started = stage.request(&scanned).await.expect("a request");
    stage.world = stage.world.restart().await;
    let after = stage.seen(&scanned.session_id).await;
    assert_eq!(after.auth_request_id, Some(started.auth_req_id));
}

#[tokio::test]
async fn no_secret_of_a_session_is_in_the_store() {
    let stage = Stage::new().await;
    let hint = hint_of(&stage.world.provider, &stage.phone).await;
    let scanned = stage.scanned().await;
    let started = stage.request(&scanned).await.expect("a request");
    let token = scanned.login_hint_token.expect("a token");
    let secret = token.split_once('~').expect("session and secret").1.to_owned();
    for entry in std::fs::read_dir(stage.world.directory()).expect("the data directory") {
        let bytes = std::fs::read(entry.expect("a file").path()).expect("its bytes");
        for text in [&hint, &token, &secret, &started.auth_req_id] {
            let found = bytes.windows(text.len()).any(|window| window == text.as_bytes());
            assert!(!found, "a secret is in the clear");
        }
    }
}
