//! Push subscriptions of phones.

use super::sample::{NOW, at, authenticator, authenticator_id, people, user_id};
use super::{Fixture, fault, read, write};
use countersign_core::authenticator::push::{PushEndpoint, PushFailure, PushSubscription};
use countersign_core::id::AuthenticatorId;
use countersign_core::store::Store;
use countersign_jose::ece::AgreementKey;
use std::sync::Arc;

/// A subscription of phone `n`.
#[must_use]
pub fn subscription(n: u8) -> PushSubscription {
    PushSubscription {
        authenticator_id: authenticator_id(n.into()),
        endpoint: PushEndpoint::stored(&format!("https://push.example/{n}")).expect("a URL"),
        p256dh: *AgreementKey::from_scalar(&[n; 32]).expect("a key").public(),
        auth: [n; 16],
        subscribed_at: NOW,
        delivered_at: None,
        failed: None,
    }
}

/// Everything in it, also what its `Debug` keeps to itself.
fn whole(subscription: &PushSubscription) -> String {
    let PushSubscription {
        endpoint,
        p256dh,
        auth,
        ..
    } = subscription;
    format!("{subscription:?} {} {p256dh:?} {auth:?}", endpoint.as_str())
}

async fn found(store: &Arc<dyn Store>, id: AuthenticatorId) -> Option<String> {
    let found = read(store, move |tx| tx.push().by_authenticator(id)).await;
    found.as_ref().map(whole)
}

/// And is replaced as a whole.
pub async fn a_subscription_comes_back_as_it_was(fixture: &dyn Fixture) {
    let store = fixture.open();
    people(&store).await;
    assert_eq!(found(&store, authenticator_id(1)).await, None);
    let failed = PushSubscription {
        delivered_at: Some(at(1)),
        failed: Some(PushFailure {
            at: at(2),
            problem: "status 503".to_owned(),
        }),
        ..subscription(1)
    };
    let newer = PushSubscription {
        authenticator_id: authenticator_id(1),
        subscribed_at: at(9),
        ..subscription(3)
    };
    for version in [failed, newer] {
        let put = version.clone();
        write(&store, move |tx| tx.push_mut().put(&put)).await;
        assert_eq!(found(&store, authenticator_id(1)).await, Some(whole(&version)));
    }
}

/// Revoked phones and other people's are not among them.
pub async fn subscriptions_of_a_person_are_those_of_living_phones(fixture: &dyn Fixture) {
    let store = fixture.open();
    people(&store).await;
    write(&store, |tx| {
        for n in [4, 3] {
            tx.authenticators_mut().insert(&authenticator(n, user_id(1)))?;
        }
        for n in [4, 3, 2, 1] {
            tx.push_mut().put(&subscription(n))?;
        }
        tx.authenticators_mut().revoke(authenticator_id(3), at(5))
    })
    .await;
    let mine = read(&store, |tx| tx.push().of_user(user_id(1))).await;
    let ids: Vec<_> = mine
        .iter()
        .map(|subscription| subscription.authenticator_id)
        .collect();
    assert_eq!(ids, [authenticator_id(1), authenticator_id(4)]);
    assert_eq!(mine.first().map(whole), Some(whole(&subscription(1))));
}

/// A second time there is nothing to remove.
pub async fn a_subscription_is_removed(fixture: &dyn Fixture) {
    let store = fixture.open();
    people(&store).await;
    write(&store, |tx| tx.push_mut().put(&subscription(1))).await;
    for expected in [true, false] {
        let removed = write(&store, |tx| tx.push_mut().remove(authenticator_id(1))).await;
        assert_eq!(removed, expected);
    }
    assert_eq!(found(&store, authenticator_id(1)).await, None);
}

/// The last success and the last failure stand beside each other.
pub async fn how_messages_went_is_noted(fixture: &dyn Fixture) {
    let store = fixture.open();
    people(&store).await;
    let failure = PushFailure {
        at: at(4),
        problem: "no answer".to_owned(),
    };
    let noted = failure.clone();
    write(&store, move |tx| {
        tx.push_mut().put(&subscription(1))?;
        tx.push_mut().note_delivered(authenticator_id(1), at(3))?;
        tx.push_mut().note_failed(authenticator_id(1), &noted)
    })
    .await;
    let expected = PushSubscription {
        delivered_at: Some(at(3)),
        failed: Some(failure),
        ..subscription(1)
    };
    assert_eq!(found(&store, authenticator_id(1)).await, Some(whole(&expected)));
    let nobodys = fault(&store, |tx| {
        tx.push_mut().note_delivered(authenticator_id(2), at(3))
    });
    assert!(nobodys.await.contains("push_subscriptions"));
}
