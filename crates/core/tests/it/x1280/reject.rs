//! The person declines.

use super::{Stage, rejected};
use crate::support::refused;
use countersign_core::Outcome;
use countersign_core::approval::{ApprovalState, DecisionProof};
use countersign_core::x1280::reject as declining;
use countersign_protocol::ErrorCode;
use countersign_protocol::x1280::RejectRequest;

async fn reject(stage: &Stage, request: RejectRequest) -> Outcome<()> {
    declining::reject(&stage.world.provider, request).await
}

#[tokio::test]
async fn a_signed_no_needs_no_code_and_is_kept() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let item = stage.item().await;
    let request = stage.marie.rejection(&session.session_id, stage.world.now());
    reject(&stage, request.clone()).await.expect("a no");
    let ApprovalState::Denied { decision, not_me } = stage.kept(&item).await.state else {
        panic!("denied")
    };
    assert!(!not_me);
    let DecisionProof::Message(signed) = decision.proof else {
        panic!("a signed message")
    };
    assert_eq!(
        signed.message,
        format!("{}|rejected|{}", session.session_id, request.timestamp)
    );
    assert_eq!(
        refused(reject(&stage, request).await),
        ErrorCode::NotFound,
        "once"
    );
    assert_eq!(
        refused(stage.verify(stage.approval(&session)).await),
        ErrorCode::NotFound,
        "a no stays a no"
    );
}

#[tokio::test]
async fn a_yes_is_no_no_and_a_no_is_no_yes() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let mut watch = stage.watch(&session).await;
    let (yes, now) = (stage.approval(&session), stage.world.now());
    let no = stage.marie.rejection(&session.session_id, now);
    let from_yes = RejectRequest {
        signature_base64: yes.signature_base64.clone(),
        ..no.clone()
    };
    assert_eq!(
        refused(reject(&stage, from_yes).await),
        ErrorCode::InvalidSignature
    );
    assert_eq!(stage.news(&mut watch).await, rejected("Invalid signature", false));
    let from_no = countersign_protocol::x1280::VerifyRequest {
        signature_base64: no.signature_base64,
        otp: "rejected".to_owned(),
        ..yes
    };
    assert_eq!(
        refused(stage.verify(from_no).await),
        ErrorCode::InvalidOtp,
        "the text of a no with the word in the place of the code is signed, and holds no code"
    );
    assert!(stage.is_pending(&stage.item().await).await);
}

#[tokio::test]
async fn a_stranger_does_not_decline_for_somebody() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let stranger = stage.world.marie().await;
    let now = stage.world.now();
    let forged = RejectRequest {
        token_id: stage.marie.token_id.clone(),
        ..stranger.rejection(&session.session_id, now)
    };
    for left in [true, true, false] {
        let code = refused(reject(&stage, forged.clone()).await);
        let expected = if left {
            ErrorCode::InvalidSignature
        } else {
            ErrorCode::TooManyRequests
        };
        assert_eq!(code, expected);
    }
    let own = stranger.rejection(&session.session_id, now);
    assert_eq!(refused(reject(&stage, own).await), ErrorCode::NotFound);
}

#[tokio::test]
async fn a_no_of_half_a_minute_ago_counts_and_an_older_one_does_not() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let at = |offset: i64| countersign_core::time::Timestamp::from_unix(stage.world.now().unix() + offset);
    for offset in [-31, 31] {
        let request = stage.marie.rejection(&session.session_id, at(offset));
        assert_eq!(refused(reject(&stage, request).await), ErrorCode::InvalidRequest);
    }
    let request = stage.marie.rejection(&session.session_id, at(-30));
    reject(&stage, request).await.expect("a no");
}
