//! Credentials on phones, and the challenges for enrolling them.

use super::sample::x1280::{challenge, credential, enrolled, enrolment, enrolment_id, token_id};
use super::sample::{NOW, approval, approvals, at, authenticator_id, digest, people};
use super::{Fixture, fault, read, write};
use countersign_core::store::{Store, Writing};
use countersign_core::x1280::{Enrolment, EnrolmentChallenge};
use std::sync::Arc;

/// Credential 1 is enrolled, credential 2 is not.
async fn ready(fixture: &dyn Fixture) -> Arc<dyn Store> {
    let store = fixture.open();
    people(&store).await;
    approvals(&store, vec![approval(1, NOW)]).await;
    enrolled(&store).await;
    write(&store, |tx| tx.credentials_mut().put(&credential(2))).await;
    store
}

async fn insert(store: &Arc<dyn Store>, enrolment: Enrolment) -> bool {
    write(store, move |tx| tx.enrolments_mut().insert(&enrolment)).await
}

async fn of_token(store: &Arc<dyn Store>, n: u8) -> Option<Enrolment> {
    read(store, move |tx| tx.enrolments().of_token(&token_id(n))).await
}

/// By id and by credential.
pub async fn an_enrolment_comes_back_as_it_was(fixture: &dyn Fixture) {
    let store = ready(fixture).await;
    let revoked = Enrolment {
        token_id: token_id(2),
        revoked_at: Some(at(9)),
        ..enrolment(2)
    };
    assert!(insert(&store, revoked.clone()).await);
    let by_id = |n| read(&store, move |tx| tx.enrolments().by_id(enrolment_id(n)));
    assert_eq!(by_id(1).await, Some(enrolment(1)));
    assert_eq!(by_id(2).await, Some(revoked.clone()));
    assert_eq!(by_id(3).await, None);
    assert_eq!(of_token(&store, 1).await, Some(enrolment(1)));
    assert_eq!(of_token(&store, 2).await, Some(revoked));
    assert_eq!(of_token(&store, 3).await, None);
}

/// The next one comes after the end of the one before.
pub async fn a_credential_has_one_living_enrolment(fixture: &dyn Fixture) {
    let store = ready(fixture).await;
    assert!(!insert(&store, enrolment(2)).await);
    let revoke = |n, seconds| {
        move |tx: &mut dyn Writing| tx.enrolments_mut().revoke_of_token(&token_id(n), at(seconds))
    };
    assert!(write(&store, revoke(1, 9)).await);
    assert!(!write(&store, revoke(1, 10)).await);
    assert!(!write(&store, revoke(2, 9)).await, "it has none");
    assert!(insert(&store, enrolment(2)).await);
    assert_eq!(of_token(&store, 1).await, Some(enrolment(2)), "the living one");
    assert!(write(&store, revoke(1, 20)).await);
    let last = Enrolment {
        revoked_at: Some(at(20)),
        ..enrolment(2)
    };
    assert_eq!(of_token(&store, 1).await, Some(last), "the latest that ended");
    let unknown = Enrolment {
        token_id: token_id(9),
        ..enrolment(3)
    };
    fault(&store, move |tx| tx.enrolments_mut().insert(&unknown).map(drop)).await;
}

/// Whatever credentials the phone has, and no other phone's.
pub async fn enrolments_of_a_phone_are_revoked_together(fixture: &dyn Fixture) {
    let store = ready(fixture).await;
    let elsewhere = Enrolment {
        token_id: token_id(2),
        authenticator_id: authenticator_id(2),
        ..enrolment(2)
    };
    assert!(insert(&store, elsewhere.clone()).await);
    let revoke = |seconds| {
        move |tx: &mut dyn Writing| {
            tx.enrolments_mut()
                .revoke_of_authenticator(authenticator_id(1), at(seconds))
        }
    };
    assert_eq!(write(&store, revoke(9)).await, 1);
    assert_eq!(write(&store, revoke(10)).await, 0);
    let ended = of_token(&store, 1).await;
    assert_eq!(ended.and_then(|enrolment| enrolment.revoked_at), Some(at(9)));
    assert_eq!(of_token(&store, 2).await, Some(elsewhere));
}

/// The second use is told from the first.
pub async fn a_challenge_is_spent_once(fixture: &dyn Fixture) {
    let store = fixture.open();
    write(&store, |tx| tx.enrolments_mut().insert_challenge(&challenge(1))).await;
    let found = |n| read(&store, move |tx| tx.enrolments().challenge(&digest(n)));
    assert_eq!(found(1).await, Some(challenge(1)));
    assert_eq!(found(2).await, None);
    let spend =
        |n, seconds| move |tx: &mut dyn Writing| tx.enrolments_mut().spend_challenge(&digest(n), at(seconds));
    assert!(write(&store, spend(1, 3)).await);
    assert!(!write(&store, spend(1, 4)).await);
    assert!(!write(&store, spend(2, 3)).await);
    let spent = EnrolmentChallenge {
        spent_at: Some(at(3)),
        ..challenge(1)
    };
    assert_eq!(found(1).await, Some(spent));
}

/// Sixty-four phones hold the same credential; one gets it.
pub async fn one_of_64_phones_enrols(fixture: &dyn Fixture) {
    let store = ready(fixture).await;
    let tries: Vec<_> = (10..74)
        .map(|n| {
            let store = Arc::clone(&store);
            let mine = Enrolment {
                token_id: token_id(2),
                ..enrolment(n)
            };
            tokio::spawn(async move { insert(&store, mine).await })
        })
        .collect();
    let mut enrolled = 0;
    for one in tries {
        enrolled += u32::from(one.await.expect("no panic"));
    }
    assert_eq!(enrolled, 1);
}
