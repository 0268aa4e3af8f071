//! What happens between the beginning of a session and its answer, and between a look and the transaction that follows.

use super::Stage;
use crate::interposed::Interposed;
use crate::support::refused;
use countersign_core::authenticator::revoke as phone;
use countersign_core::client;
use countersign_core::time::Duration;
use countersign_core::user::disable as user;
use countersign_core::x1280::credential::{self, Revocation};
use countersign_core::x1280::lifetime::Lifetime;
use countersign_core::x1280::{TokenId, service};
use countersign_protocol::ErrorCode;
use countersign_testkit::IdentityPhone;
use serde_json::json;

/// The answer to a session that somebody stopped meanwhile.
async fn answered(stage: &Stage, session: &countersign_protocol::x1280::InitiateAnswer) -> ErrorCode {
    refused(stage.verify(stage.approval(session)).await)
}

#[tokio::test]
async fn a_credential_that_was_revoked_meanwhile_releases_nothing() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    credential::revoke(&stage.world.provider, &stage.marie.token_id, None, "test")
        .await
        .expect("a revocation");
    assert_eq!(answered(&stage, &session).await, ErrorCode::NotFound);
}

#[tokio::test]
async fn a_service_that_was_disabled_meanwhile_is_told_nothing() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let id = stage.service.service.id.as_str();
    service::disable(&stage.world.provider, id, "test")
        .await
        .expect("disabled");
    assert_eq!(answered(&stage, &session).await, ErrorCode::NotFound);
}

#[tokio::test]
async fn a_credential_that_expired_meanwhile_releases_nothing() {
    let mut stage = Stage::new().await;
    let issued = stage
        .world
        .credential(|new| new.lifetime = Lifetime::parse("1d").unwrap())
        .await;
    stage.marie = IdentityPhone::enrol(&stage.world.provider, &issued)
        .await
        .expect("an enrolment");
    stage
        .world
        .clock
        .advance(Duration::from_secs(24 * 60 * 60) - Duration::from_secs(1));
    let session = stage.begin().await;
    stage.world.clock.advance(Duration::from_secs(1));
    assert_eq!(answered(&stage, &session).await, ErrorCode::NotFound);
}

#[tokio::test]
async fn a_phone_or_a_person_that_was_stopped_meanwhile_approves_nothing() {
    let stage = Stage::new().await;
    let provider = &stage.world.provider;
    let bearer = stage.marie.phone.bearer(provider).await.expect("a bearer");
    let session = stage.begin().await;
    user::disable(provider, &bearer.user.id.to_string(), "test")
        .await
        .expect("a person disabled");
    assert_eq!(answered(&stage, &session).await, ErrorCode::NotFound);
    user::enable(provider, &bearer.user.id.to_string(), "test")
        .await
        .expect("a person enabled");
    let session = stage.begin().await;
    phone::revoke(provider, bearer.authenticator.id, "test")
        .await
        .expect("a phone revoked");
    assert_eq!(answered(&stage, &session).await, ErrorCode::NotFound);
}

#[tokio::test]
async fn a_report_that_came_meanwhile_holds() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let user = stage
        .marie
        .phone
        .bearer(&stage.world.provider)
        .await
        .expect("a bearer")
        .user
        .id;
    let (client, now) = (stage.service.service.id.client_id().clone(), stage.world.now());
    let store = &stage.world.provider.store;
    let reported = store.write(move |tx| Ok(tx.approvals_mut().stop(user, &client, now)?));
    reported.await.expect("a report");
    assert_eq!(answered(&stage, &session).await, ErrorCode::NotFound);
}

#[tokio::test]
async fn a_credential_that_moved_to_another_phone_is_answered_by_that_phone_only() {
    let mut stage = Stage::new().await;
    let issued = stage.world.credential(|_| ()).await;
    let provider = &stage.world.provider;
    stage.marie = IdentityPhone::enrol(provider, &issued)
        .await
        .expect("an enrolment");
    let session = stage.begin().await;
    let first = stage.marie.phone.bearer(provider).await.expect("a bearer");
    let store = &stage.world.provider.store;
    let (token, now) = (issued.token_id.clone(), stage.world.now());
    let freed = store.write(move |tx| Ok(tx.enrolments_mut().revoke_of_token(&token, now)?));
    assert!(freed.await.expect("a revocation"));
    let second = IdentityPhone::enrol(provider, &issued)
        .await
        .expect("an enrolment");
    assert_eq!(
        second.phone.username,
        first.user.username.to_string(),
        "the same person"
    );
    let request = second.verification(&session.session_id, &session.auto_password, now, None);
    assert_eq!(refused(stage.verify(request).await), ErrorCode::NotFound);
    assert_eq!(answered(&stage, &session).await, ErrorCode::NotFound);
}

#[tokio::test]
async fn a_revocation_between_the_look_and_the_transaction_wins() {
    let mut stage = Stage::new().await;
    let store = Interposed::into(&mut stage.world).await;
    let session = stage.begin().await;
    let item = stage.item().await;
    let (token, now) = (TokenId::parse(&stage.marie.token_id).unwrap(), stage.world.now());
    let mut watch = stage.watch(&session).await;
    // The identity key is made now, so that the next write is the one of the approval.
    countersign_core::x1280::identity_jwks(&stage.world.provider)
        .await
        .expect("keys");
    store.before_the_next_write(move |tx| {
        let revocation = Revocation {
            at: now,
            reason: None,
        };
        tx.credentials_mut().revoke(&token, &revocation)?;
        Ok(())
    });
    assert_eq!(answered(&stage, &session).await, ErrorCode::NotFound);
    assert!(store.has_happened());
    assert!(stage.is_pending(&item).await);
    assert_eq!(stage.news(&mut watch).await, vec![], "nothing was released");
}

#[tokio::test]
async fn a_stop_between_the_look_and_the_transaction_begins_no_session() {
    let mut stage = Stage::new().await;
    let store = Interposed::into(&mut stage.world).await;
    let (client, now) = (stage.service.service.id.client_id().clone(), stage.world.now());
    store.before_the_next_write(move |tx| Ok(tx.clients_mut().set_disabled(&client, Some(now))?));
    assert_eq!(
        refused(stage.try_begin(&json!({})).await),
        ErrorCode::InvalidService
    );
    let (token, now) = (TokenId::parse(&stage.marie.token_id).unwrap(), stage.world.now());
    client::disable::enable(&stage.world.provider, stage.service.service.id.as_str(), "test")
        .await
        .expect("enabled");
    store.before_the_next_write(move |tx| {
        tx.enrolments_mut().revoke_of_token(&token, now)?;
        Ok(())
    });
    assert_eq!(
        refused(stage.try_begin(&json!({})).await),
        ErrorCode::AccessDenied
    );
}

#[tokio::test]
async fn a_no_between_the_look_and_the_transaction_wins() {
    let mut stage = Stage::new().await;
    let store = Interposed::into(&mut stage.world).await;
    let session = stage.begin().await;
    let (item, now) = (stage.item().await, stage.world.now());
    countersign_core::x1280::identity_jwks(&stage.world.provider)
        .await
        .expect("keys");
    let by = stage
        .marie
        .phone
        .bearer(&stage.world.provider)
        .await
        .expect("a bearer");
    let decision = countersign_core::approval::SignedDecision {
        at: now,
        by: by.authenticator.id,
        proof: countersign_core::approval::DecisionProof::Jws("e30.e30.AA".to_owned()),
        granted: countersign_protocol::ScopeList::default(),
    };
    let denied = countersign_core::approval::ApprovalState::Denied {
        decision,
        not_me: false,
    };
    let id = countersign_core::id::ApprovalId(item.id);
    store.before_the_next_write(move |tx| {
        assert!(tx.approvals_mut().settle(id, &denied)?);
        Ok(())
    });
    assert_eq!(answered(&stage, &session).await, ErrorCode::NotFound);
}
