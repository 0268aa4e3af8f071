//! What guards every approval guards those that a code opens: verification modes, pauses, reports.

use super::Stage;
use crate::support::refused;
use countersign_core::policy::Policy;
use countersign_core::time::Duration;
use countersign_jose::UnverifiedJws;
use countersign_protocol::ErrorCode;
use countersign_protocol::approval::VerificationMode;
use serde_json::{Value, json};

#[tokio::test]
async fn the_verification_mode_holds_and_its_code_stays_the_same() {
    let policy = Policy {
        verification_floor: VerificationMode::Transfer,
        ..Policy::default()
    };
    let stage = Stage::with(policy).await;
    let scanned = stage.scanned().await;
    let first = stage
        .request(&scanned)
        .await
        .expect("a request")
        .verification
        .expect("a code");
    let again = stage.request(&scanned).await.expect("once more");
    assert_eq!(again.verification, Some(first.clone()));
    let session = stage.seen(&scanned.session_id).await;
    assert_eq!(
        session.verification,
        Some(first.clone()),
        "a client that threw the answer away finds the code in its session"
    );

    let item = stage
        .phone
        .approvals(&stage.world.provider)
        .await
        .expect("a list")
        .remove(0);
    let code = json!({ "code": first.code });
    stage
        .phone
        .decide(&stage.world.provider, &item, "approved", &code)
        .await
        .expect("a decision");
    let tokens = stage
        .world
        .poll(&stage.device, &again.auth_req_id)
        .await
        .expect("tokens");
    let id_token = UnverifiedJws::parse(tokens.id_token.as_deref().expect("an ID token")).expect("a JWS");
    let claims: Value = id_token.unverified_claims().expect("claims");
    assert_eq!(claims["acr"], "urn:countersign:acr:transfer");
}

#[tokio::test]
async fn a_denial_pauses_the_next_code_and_the_session_waits_for_it() {
    let stage = Stage::new().await;
    let scanned = stage.scanned().await;
    let started = stage.request(&scanned).await.expect("a request");
    let item = stage
        .phone
        .approvals(&stage.world.provider)
        .await
        .expect("a list")
        .remove(0);
    stage
        .phone
        .decide(&stage.world.provider, &item, "denied", &json!({}))
        .await
        .expect("a decision");
    assert_eq!(
        refused(stage.world.poll(&stage.device, &started.auth_req_id).await),
        ErrorCode::AccessDenied
    );

    let next = stage.scanned().await;
    assert_eq!(refused(stage.request(&next).await), ErrorCode::TooManyRequests);
    assert!(
        stage.seen(&next.session_id).await == next,
        "the token of the session was not spent"
    );
    stage.world.clock.advance(Duration::from_secs(10));
    stage.request(&next).await.expect("after the pause");
}

#[tokio::test]
async fn a_person_who_did_not_start_it_stops_the_device() {
    let stage = Stage::new().await;
    let scanned = stage.scanned().await;
    stage.request(&scanned).await.expect("a request");
    let item = stage
        .phone
        .approvals(&stage.world.provider)
        .await
        .expect("a list")
        .remove(0);
    let report = json!({ "reason": "not_me" });
    stage
        .phone
        .decide(&stage.world.provider, &item, "denied", &report)
        .await
        .expect("a decision");
    stage.world.clock.advance(Duration::from_secs(60));
    let next = stage.scanned().await;
    assert_eq!(refused(stage.request(&next).await), ErrorCode::AccessDenied);
}
