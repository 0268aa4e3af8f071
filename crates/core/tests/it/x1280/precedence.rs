//! Which of two sessions of one service gives way: knowing its id does not take its sign-ins off the phone.

use super::{Stage, expired};
use crate::support::refused;
use countersign_core::approval::open::Origin;
use countersign_core::policy::Policy;
use countersign_core::time::Duration;
use countersign_core::x1280::initiate::check;
use countersign_core::{Failure, Outcome};
use countersign_protocol::ErrorCode;
use countersign_protocol::x1280::{InitiateAnswer, InitiateRequest};
use serde_json::json;

/// A request with the service's credential, as the real service sends it.
fn with_proof(stage: &Stage) -> InitiateRequest {
    let members = json!({ "tokenId": stage.marie.token_id, "serviceVds": stage.service.service_vds });
    serde_json::from_value(members).unwrap()
}

async fn proven(stage: &Stage) -> InitiateAnswer {
    let session = stage.world.initiate_with(with_proof(stage), None).await;
    session.expect("a session")
}

/// Seconds that a refused caller is told to wait.
#[track_caller]
fn told_to_wait<T>(outcome: Outcome<T>) -> u64 {
    match outcome {
        Err(Failure::Refusal(refusal)) => {
            assert_eq!(refusal.code, ErrorCode::TooManyRequests);
            refusal.retry_after.expect("when to come back").as_secs()
        }
        _ => panic!("this had to be refused"),
    }
}

#[tokio::test]
async fn a_copied_id_does_not_take_a_proven_session_off_the_phone() {
    let stage = Stage::new().await;
    let session = proven(&stage).await;
    let mut watch = stage.watch(&session).await;
    let shown = stage.item().await;
    stage.world.clock.advance(Duration::from_secs(20));
    assert_eq!(
        told_to_wait(stage.try_begin(&json!({})).await),
        40,
        "what is left"
    );
    assert_eq!(stage.item().await, shown, "the phone shows what it showed");
    assert!(stage.news(&mut watch).await.is_empty());
    stage
        .verify(stage.approval(&session))
        .await
        .expect("the proven session is answered");
}

#[tokio::test]
async fn refused_requests_do_not_count_against_the_person() {
    let stage = Stage::with(Policy::default()).await;
    proven(&stage).await;
    for _ in 0..20 {
        told_to_wait(stage.try_begin(&json!({})).await);
    }
    proven(&stage).await;
}

#[tokio::test]
async fn proof_takes_the_place_of_a_claim_and_of_older_proof() {
    let stage = Stage::new().await;
    let claimed = stage.begin().await;
    let mut of_claimed = stage.watch(&claimed).await;
    let older = proven(&stage).await;
    assert_eq!(stage.news(&mut of_claimed).await, expired());
    let mut of_older = stage.watch(&older).await;
    let newer = proven(&stage).await;
    assert_eq!(stage.news(&mut of_older).await, expired());
    stage.verify(stage.approval(&newer)).await.expect("the newest");
}

#[tokio::test]
async fn a_proven_session_that_is_over_holds_nobody_back() {
    let stage = Stage::new().await;
    let answered = proven(&stage).await;
    stage.verify(stage.approval(&answered)).await.expect("an answer");
    stage.begin().await;

    proven(&stage).await;
    stage.marie.decline(&stage.world.provider).await.expect("a no");
    stage.begin().await;

    proven(&stage).await;
    stage
        .world
        .clock
        .advance(Duration::from_secs(60) - Duration::from_millis(1));
    assert_eq!(
        told_to_wait(stage.try_begin(&json!({})).await),
        1,
        "never told to wait no time"
    );
    stage.world.clock.advance(Duration::from_millis(1));
    stage.begin().await;
}

#[tokio::test]
async fn a_proven_session_holds_back_its_own_service_alone() {
    let stage = Stage::new().await;
    let first = proven(&stage).await;
    let other = stage.world.mutual_service(|_| ()).await;
    stage
        .world
        .initiate(&other, &stage.marie.token_id, &json!({}))
        .await
        .expect("a session of another service");
    stage.verify(stage.approval(&first)).await.expect("an answer");
}

#[tokio::test]
async fn proof_that_came_between_look_and_transaction_wins() {
    let stage = Stage::new().await;
    let provider = &stage.world.provider;
    let claim = json!({ "tokenId": stage.marie.token_id, "serviceId": stage.service.service.id.as_str() });
    let asked = check(provider, serde_json::from_value(claim).unwrap(), None)
        .await
        .expect("nothing waits yet");
    let session = proven(&stage).await;
    let late = asked.begin(provider, Origin::default()).await;
    assert_eq!(refused(late), ErrorCode::TooManyRequests);
    stage.verify(stage.approval(&session)).await.expect("an answer");
}
