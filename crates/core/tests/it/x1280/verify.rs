//! The person approves: forms of the signature, scopes, time, and what becomes of a wrong answer.

use super::{Stage, rejected, wrong_code};
use crate::support::refused;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};
use countersign_core::approval::{ApprovalState, DecisionProof, ExpiryCause};
use countersign_core::time::Duration;
use countersign_jose::{KeyType, base64url};
use countersign_protocol::ErrorCode;
use countersign_protocol::x1280::{InitiateAnswer, VerifyRequest, verification_message};
use countersign_testkit::{Party, der_signature, signature};
use serde_json::json;

/// The scope of an identity.
fn scope_of(jwt: &str) -> String {
    super::identity::claims_of(jwt)["scope"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// A signed approval that grants scopes.
fn granting(stage: &Stage, session: &InitiateAnswer, scopes: &[&str]) -> VerifyRequest {
    let now = stage.world.now();
    stage
        .marie
        .verification(&session.session_id, &session.auto_password, now, Some(scopes))
}

#[tokio::test]
async fn a_signature_is_taken_in_both_forms_and_every_base64() {
    let stage = Stage::new().await;
    for n in 0..6 {
        let session = stage.begin().await;
        let mut request = stage.approval(&session);
        let raw = base64url::decode(&request.signature_base64).unwrap();
        let der = der_signature(&raw);
        request.signature_base64 = match n {
            0 => base64url::encode(&raw),
            1 => STANDARD.encode(&raw),
            2 => base64url::encode(&der),
            3 => STANDARD.encode(&der),
            4 => STANDARD_NO_PAD.encode(&der),
            _ => URL_SAFE.encode(&der),
        };
        stage
            .verify(request)
            .await
            .unwrap_or_else(|error| panic!("form {n}: {error}"));
    }
}

#[tokio::test]
async fn without_granted_scopes_all_that_was_asked_for_is_granted() {
    let stage = Stage::new().await;
    let session = stage.begin_for(&["identity:nationality", "identity:name"]).await;
    let answer = stage.verify(stage.approval(&session)).await.expect("an identity");
    assert_eq!(scope_of(&answer.jwt), "identity:nationality identity:name");
}

#[tokio::test]
async fn a_person_grants_a_part_in_the_order_that_was_signed() {
    let stage = Stage::new().await;
    let session = stage
        .begin_for(&["identity:name", "identity:nationality", "identity:trust_level"])
        .await;
    let request = granting(&stage, &session, &["identity:trust_level", "identity:name"]);
    let answer = stage.verify(request).await.expect("an identity");
    assert_eq!(scope_of(&answer.jwt), "identity:trust_level identity:name");
}

#[tokio::test]
async fn a_person_grants_a_part_of_a_composite_or_nothing_at_all() {
    let stage = Stage::new().await;
    let session = stage.begin_for(&["identity:full"]).await;
    let answer = stage
        .verify(granting(&stage, &session, &["identity:given_name"]))
        .await;
    let claims = super::identity::claims_of(&answer.expect("an identity").jwt);
    assert_eq!(
        claims["idtoken"],
        json!({ "tokenId": stage.marie.token_id, "givenName": "Marie" })
    );
    let session = stage.begin().await;
    let answer = stage.verify(granting(&stage, &session, &[])).await;
    let claims = super::identity::claims_of(&answer.expect("an identity").jwt);
    assert_eq!(claims["idtoken"], json!({ "tokenId": stage.marie.token_id }));
    assert_eq!(claims["scope"], "");
}

#[tokio::test]
async fn nobody_grants_more_than_was_asked_for() {
    let stage = Stage::new().await;
    let session = stage.begin_for(&["identity:name"]).await;
    for scopes in [
        &["identity:name", "identity:photo"][..],
        &["identity:basic"],
        &["identity:name_initial"],
        &["openid"],
        &[""],
    ] {
        let outcome = stage.verify(granting(&stage, &session, scopes)).await;
        assert_eq!(refused(outcome), ErrorCode::InvalidRequest, "{scopes:?}");
    }
    assert!(
        stage.is_pending(&stage.item().await).await,
        "a phone that asks for too much has not guessed"
    );
    stage
        .verify(stage.approval(&session))
        .await
        .expect("the right one");
}

#[tokio::test]
async fn a_service_may_want_the_consent_signed() {
    let stage = Stage::new().await;
    let strict = stage
        .world
        .mutual_service(|new| new.consent_required = true)
        .await;
    let session = stage
        .world
        .initiate(&strict, &stage.marie.token_id, &json!({}))
        .await
        .expect("a session");
    assert_eq!(
        refused(stage.verify(stage.approval(&session)).await),
        ErrorCode::InvalidRequest
    );
    stage
        .verify(granting(&stage, &session, &["identity:name"]))
        .await
        .expect("an identity");
}

#[tokio::test]
async fn a_clock_may_be_30_seconds_off_and_not_31() {
    let stage = Stage::new().await;
    for (offset, good) in [(-31, false), (-30, true), (30, true), (31, false)] {
        let session = stage.begin().await;
        let at = countersign_core::time::Timestamp::from_unix(stage.world.now().unix() + offset);
        let request = stage
            .marie
            .verification(&session.session_id, &session.auto_password, at, None);
        let outcome = stage.verify(request).await;
        if good {
            outcome.unwrap_or_else(|error| panic!("{offset} s: {error}"));
        } else {
            assert_eq!(refused(outcome), ErrorCode::InvalidRequest, "{offset} s");
        }
    }
    let session = stage.begin().await;
    for timestamp in [i64::MIN, -1, 0, i64::MAX] {
        let request = VerifyRequest {
            timestamp,
            ..stage.approval(&session)
        };
        assert_eq!(refused(stage.verify(request).await), ErrorCode::InvalidRequest);
    }
    assert!(
        stage.is_pending(&stage.item().await).await,
        "a wrong clock is no guess"
    );
}

#[tokio::test]
async fn a_time_that_was_changed_after_signing_is_a_wrong_signature() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let mut request = stage.approval(&session);
    request.timestamp += 1;
    assert_eq!(refused(stage.verify(request).await), ErrorCode::InvalidSignature);
}

#[tokio::test]
async fn what_is_no_signature_at_all_is_a_malformed_body() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    for text in ["", "=", "not base64!", "AAAAA", &"A".repeat(1000)] {
        let request = VerifyRequest {
            signature_base64: text.to_owned(),
            ..stage.approval(&session)
        };
        assert_eq!(
            refused(stage.verify(request).await),
            ErrorCode::InvalidRequest,
            "{text}"
        );
    }
    assert!(stage.is_pending(&stage.item().await).await);
}

#[tokio::test]
async fn a_wrong_code_is_counted_told_and_may_be_put_right() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let mut watch = stage.watch(&session).await;
    let now = stage.world.now();
    let wrong = stage
        .marie
        .verification(&session.session_id, &wrong_code(&session), now, None);
    assert_eq!(refused(stage.verify(wrong).await), ErrorCode::InvalidOtp);
    assert_eq!(stage.news(&mut watch).await, rejected("Invalid OTP", false));
    assert_eq!(stage.news(&mut watch).await, vec![], "it is told once");
    stage
        .verify(stage.approval(&session))
        .await
        .expect("the right code");
}

#[tokio::test]
async fn the_third_wrong_answer_ends_the_session() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let mut watch = stage.watch(&session).await;
    let item = stage.item().await;
    let now = stage.world.now();
    let wrong_otp = stage
        .marie
        .verification(&session.session_id, &wrong_code(&session), now, None);
    let wrong_signature = VerifyRequest {
        signature_base64: stage.marie.rejection(&session.session_id, now).signature_base64,
        ..stage.approval(&session)
    };
    assert_eq!(
        refused(stage.verify(wrong_signature.clone()).await),
        ErrorCode::InvalidSignature
    );
    assert_eq!(stage.news(&mut watch).await, rejected("Invalid signature", false));
    assert_eq!(refused(stage.verify(wrong_otp).await), ErrorCode::InvalidOtp);
    assert_eq!(stage.news(&mut watch).await, rejected("Invalid OTP", false));
    let third = stage.verify(wrong_signature).await;
    let Err(countersign_core::Failure::Refusal(third)) = third else {
        panic!("the third is refused")
    };
    assert_eq!(third.code, ErrorCode::TooManyRequests);
    assert!(third.retry_after.is_some());
    assert_eq!(stage.news(&mut watch).await, rejected("Too many attempts", true));
    assert_eq!(
        refused(stage.verify(stage.approval(&session)).await),
        ErrorCode::TooManyRequests,
        "the right answer comes too late"
    );
    let ApprovalState::Expired { cause, .. } = stage.kept(&item).await.state else {
        panic!("it ended")
    };
    assert_eq!(cause, ExpiryCause::WrongCodes);
}

#[tokio::test]
async fn only_the_enrolled_key_signs() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let message = verification_message(
        &session.session_id,
        &session.auto_password,
        stage.world.now().unix(),
        None,
    );
    let stranger = Party::new("", KeyType::P256);
    let request = VerifyRequest {
        signature_base64: signature(&stranger.key, &message),
        ..stage.approval(&session)
    };
    assert_eq!(refused(stage.verify(request).await), ErrorCode::InvalidSignature);
}

#[tokio::test]
async fn a_signature_of_another_session_is_worth_nothing() {
    let stage = Stage::new().await;
    let other = stage
        .world
        .mutual_service(|new| new.name = "Other".to_owned())
        .await;
    let first = stage.begin().await;
    let second = stage
        .world
        .initiate(&other, &stage.marie.token_id, &json!({}))
        .await
        .expect("a session");
    let moved = VerifyRequest {
        session_id: second.session_id.clone(),
        ..stage.approval(&first)
    };
    assert_eq!(refused(stage.verify(moved).await), ErrorCode::InvalidSignature);
    let with_its_code = VerifyRequest {
        session_id: second.session_id.clone(),
        otp: second.auto_password.clone(),
        ..stage.approval(&first)
    };
    assert_eq!(
        refused(stage.verify(with_its_code).await),
        ErrorCode::InvalidSignature
    );
}

#[tokio::test]
async fn scopes_changed_after_signing_are_a_wrong_signature() {
    let stage = Stage::new().await;
    let owned = |scopes: &[&str]| Some(scopes.iter().map(|scope| (*scope).to_owned()).collect::<Vec<_>>());
    let session = stage.begin_for(&["identity:name", "identity:nationality"]).await;
    let signed = granting(&stage, &session, &["identity:name"]);
    let more = VerifyRequest {
        granted_scopes: owned(&["identity:name", "identity:nationality"]),
        ..signed.clone()
    };
    assert_eq!(refused(stage.verify(more).await), ErrorCode::InvalidSignature);
    let all = VerifyRequest {
        granted_scopes: None,
        ..signed
    };
    assert_eq!(refused(stage.verify(all).await), ErrorCode::InvalidSignature);

    let session = stage.begin_for(&["identity:name", "identity:nationality"]).await;
    let signed = granting(&stage, &session, &["identity:name", "identity:nationality"]);
    for changed in [
        owned(&["identity:nationality", "identity:name"]),
        owned(&["identity:name,identity:nationality", ""]),
    ] {
        let request = VerifyRequest {
            granted_scopes: changed,
            ..signed.clone()
        };
        assert_eq!(refused(stage.verify(request).await), ErrorCode::InvalidSignature);
    }
    // The comma is not escaped, so this is the same signed text: it is no scope, and grants nothing.
    let joined = VerifyRequest {
        granted_scopes: owned(&["identity:name,identity:nationality"]),
        ..signed
    };
    assert_eq!(refused(stage.verify(joined).await), ErrorCode::InvalidRequest);
}

#[tokio::test]
async fn the_same_answer_is_taken_once() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let request = stage.approval(&session);
    stage.verify(request.clone()).await.expect("an identity");
    assert_eq!(refused(stage.verify(request).await), ErrorCode::NotFound);
}

#[tokio::test]
async fn a_session_that_is_unknown_or_over_or_of_another_credential_is_not_found() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let other = stage.world.marie().await;
    for request in [
        VerifyRequest {
            session_id: "sess_AAAAAAAAAAAAAAAAAAAAAA".to_owned(),
            ..stage.approval(&session)
        },
        VerifyRequest {
            session_id: "42".to_owned(),
            ..stage.approval(&session)
        },
        VerifyRequest {
            token_id: other.token_id.clone(),
            ..stage.approval(&session)
        },
        VerifyRequest {
            token_id: String::new(),
            ..stage.approval(&session)
        },
    ] {
        assert_eq!(refused(stage.verify(request).await), ErrorCode::NotFound);
    }
    stage.world.clock.advance(Duration::from_millis(59_999));
    assert!(
        stage.is_pending(&stage.item().await).await,
        "none of these was a guess"
    );
    stage.world.clock.advance(Duration::from_millis(1));
    assert_eq!(
        refused(stage.verify(stage.approval(&session)).await),
        ErrorCode::NotFound
    );
}

#[tokio::test]
async fn the_kept_evidence_verifies_offline_with_the_phones_public_key() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let item = stage.item().await;
    let request = granting(&stage, &session, &["identity:name"]);
    stage.verify(request.clone()).await.expect("an identity");
    let ApprovalState::Approved(decision) = stage.kept(&item).await.state else {
        panic!("approved")
    };
    assert_eq!(decision.granted.to_string(), "identity:name");
    let DecisionProof::Message(signed) = decision.proof else {
        panic!("a signed message")
    };
    assert_eq!(
        signed.message,
        format!(
            "{}|{}|{}|identity:name",
            session.session_id, session.auto_password, request.timestamp
        )
    );
    let key = stage.marie.phone.party.key.public();
    let bytes = base64url::decode(&signed.signature).unwrap();
    key.verify(
        countersign_jose::Algorithm::Es256,
        signed.message.as_bytes(),
        &bytes,
    )
    .expect("the signature of the phone");
}

#[tokio::test]
async fn the_general_door_cannot_approve_a_mutual_sign_in() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let item = stage.item().await;
    let phone = &stage.marie.phone;
    for further in [json!({}), json!({ "code": session.auto_password })] {
        let outcome = phone
            .decide(&stage.world.provider, &item, "approved", &further)
            .await;
        assert_eq!(refused(outcome), ErrorCode::InvalidRequest);
    }
    assert!(stage.is_pending(&item).await);
    stage
        .verify(stage.approval(&session))
        .await
        .expect("its own door");
}
