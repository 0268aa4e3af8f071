//! The outbox.

use super::sample::{LIFETIME, NOW, approval, approval_id, approvals, at, authenticator_id, people};
use super::{Fixture, read, write};
use countersign_core::failure::Fault;
use countersign_core::id::OutboxId;
use countersign_core::outbox::{DeadCause, DeliveryState, OutboxKind, OutboxMessage};
use countersign_core::store::{Store, Swept, Writing};
use countersign_core::time::Duration;
use std::sync::Arc;
use uuid::Uuid;

const fn id(n: u128) -> OutboxId {
    OutboxId(Uuid::from_u128(0x9000 + n))
}

/// Message `n` about approval 1 to phone 1, due `n` seconds after [`NOW`].
#[must_use]
pub fn message(n: u128) -> OutboxMessage {
    let due = NOW + Duration::from_secs(u64::try_from(n).expect("small"));
    OutboxMessage {
        id: id(n),
        kind: OutboxKind::WebPush,
        authenticator_id: authenticator_id(1),
        approval_id: approval_id(1),
        payload: "{}".to_owned(),
        created_at: due,
        not_before: due,
        attempts: 0,
        expires_at: NOW + LIFETIME,
        last_error: None,
        state: DeliveryState::Pending,
    }
}

/// A store with some messages.
async fn holding(fixture: &dyn Fixture, messages: Vec<OutboxMessage>) -> Arc<dyn Store> {
    let store = fixture.open();
    people(&store).await;
    approvals(&store, vec![approval(1, NOW)]).await;
    write(&store, move |tx| {
        messages
            .iter()
            .try_for_each(|message| tx.outbox_mut().insert(message))
    })
    .await;
    store
}

async fn found(store: &Arc<dyn Store>, n: u128) -> Option<OutboxMessage> {
    read(store, move |tx| tx.outbox().by_id(id(n))).await
}

const DEAD: DeliveryState = DeliveryState::Dead {
    at: at(5),
    cause: DeadCause::Exhausted,
};

/// Also every cause of its end.
pub async fn a_message_comes_back_in_every_state(fixture: &dyn Fixture) {
    let mut states = vec![DeliveryState::Pending, DeliveryState::Delivered { at: at(1) }];
    states.extend(DeadCause::ALL.map(|cause| DeliveryState::Dead { at: at(2), cause }));
    let messages: Vec<_> = (1..)
        .zip(states)
        .map(|(n, state)| OutboxMessage {
            attempts: 1,
            last_error: (n % 2 == 0).then(|| "status 503".to_owned()),
            state,
            ..message(n)
        })
        .collect();
    let store = holding(fixture, messages.clone()).await;
    for (n, message) in (1..).zip(messages) {
        assert_eq!(found(&store, n).await, Some(message));
    }
    assert_eq!(found(&store, 99).await, None);
}

/// And what has ended never.
pub async fn what_is_due_comes_longest_due_first(fixture: &dyn Fixture) {
    let ended = OutboxMessage {
        attempts: 1,
        state: DeliveryState::Delivered { at: NOW },
        ..message(9)
    };
    let ended = OutboxMessage {
        not_before: NOW,
        ..ended
    };
    let store = holding(fixture, vec![message(3), message(1), message(2), ended]).await;
    let due = |seconds, limit| {
        let store = Arc::clone(&store);
        async move {
            let due = read(&store, move |tx| tx.outbox().due(at(seconds), limit)).await;
            due.into_iter().map(|message| message.id).collect::<Vec<_>>()
        }
    };
    assert_eq!(due(0, 10).await, []);
    assert_eq!(due(2, 10).await, [id(1), id(2)]);
    assert_eq!(due(3, 1).await, [id(1)]);
    assert_eq!(read(&store, |tx| tx.outbox().waiting()).await, 3);
}

/// A claim is known by its number: an older one changes nothing any more.
pub async fn a_claim_is_a_lease_that_the_next_claim_ends(fixture: &dyn Fixture) {
    let store = holding(fixture, vec![message(1)]).await;
    let claim = |attempts, until| {
        let store = Arc::clone(&store);
        async move {
            write(&store, move |tx| {
                tx.outbox_mut().claim(id(1), attempts, at(until))
            })
            .await
        }
    };
    assert!(claim(0, 60).await);
    assert!(!claim(0, 60).await, "it was claimed meanwhile");
    let due = read(&store, |tx| tx.outbox().due(at(59), 10)).await;
    assert_eq!(due, [], "the lease holds");
    assert!(claim(1, 120).await, "the lease is over");
    for attempts in [0, 1, 3] {
        let settled = write(&store, move |tx| {
            let postponed = tx.outbox_mut().postpone(id(1), attempts, at(200), "late")?;
            Ok(postponed || tx.outbox_mut().settle(id(1), attempts, DEAD, Some("late"))?)
        });
        assert!(!settled.await, "attempt {attempts} is not the one under way");
    }
    let claimed = OutboxMessage {
        attempts: 2,
        not_before: at(120),
        ..message(1)
    };
    assert_eq!(found(&store, 1).await, Some(claimed));
}

/// And is not claimed before.
pub async fn a_postponed_message_is_due_again_later(fixture: &dyn Fixture) {
    let store = holding(fixture, vec![message(1)]).await;
    let postponed = write(&store, |tx| {
        tx.outbox_mut().claim(id(1), 0, at(60))?;
        tx.outbox_mut().postpone(id(1), 1, at(90), "status 503")
    });
    assert!(postponed.await);
    let expected = OutboxMessage {
        attempts: 1,
        not_before: at(90),
        last_error: Some("status 503".to_owned()),
        ..message(1)
    };
    assert_eq!(read(&store, |tx| tx.outbox().due(at(89), 10)).await, []);
    assert_eq!(read(&store, |tx| tx.outbox().due(at(90), 10)).await, [expected]);
}

/// The first end stands.
pub async fn a_message_ends_once(fixture: &dyn Fixture) {
    let store = holding(fixture, vec![message(1)]).await;
    let settle = |tx: &mut dyn Writing, state| tx.outbox_mut().settle(id(1), 0, state, Some("no"));
    assert!(write(&store, move |tx| settle(tx, DEAD)).await);
    assert!(!write(&store, move |tx| settle(tx, DEAD)).await);
    let again = write(&store, |tx| tx.outbox_mut().claim(id(1), 0, at(60)));
    assert!(!again.await, "a dead letter is not sent");
    let expected = OutboxMessage {
        last_error: Some("no".to_owned()),
        state: DEAD,
        ..message(1)
    };
    assert_eq!(found(&store, 1).await, Some(expected));
}

/// For operators.
pub async fn messages_of_a_phone_and_dead_letters_come_newest_first(fixture: &dyn Fixture) {
    let other = OutboxMessage {
        authenticator_id: authenticator_id(2),
        ..message(3)
    };
    let dead = |n, seconds| OutboxMessage {
        state: DeliveryState::Dead {
            at: at(seconds),
            cause: DeadCause::Refused,
        },
        ..message(n)
    };
    let store = holding(fixture, vec![message(1), dead(2, 7), other, dead(4, 6)]).await;
    let ids = |messages: Vec<OutboxMessage>| messages.into_iter().map(|it| it.id).collect::<Vec<_>>();
    let of_phone = read(&store, |tx| tx.outbox().of_authenticator(authenticator_id(1), 2)).await;
    assert_eq!(ids(of_phone), [id(4), id(2)]);
    let dead = read(&store, |tx| tx.outbox().dead(10)).await;
    assert_eq!(ids(dead), [id(2), id(4)]);
    assert_eq!(read(&store, |tx| tx.outbox().dead(1)).await.len(), 1);
}

/// What has ended stays, to be told.
pub async fn what_waits_for_a_phone_is_dropped(fixture: &dyn Fixture) {
    let ended = OutboxMessage {
        state: DEAD,
        ..message(2)
    };
    let other = OutboxMessage {
        authenticator_id: authenticator_id(2),
        ..message(3)
    };
    let store = holding(fixture, vec![message(1), ended, other, message(4)]).await;
    let drop_all = |tx: &mut dyn Writing| tx.outbox_mut().drop_pending_of(authenticator_id(1));
    assert_eq!(write(&store, drop_all).await, 2);
    assert_eq!(write(&store, drop_all).await, 0);
    write(&store, |tx| tx.outbox_mut().remove(id(3))).await;
    let left = read(&store, |tx| {
        (1..=4)
            .map(|n| Ok(tx.outbox().by_id(id(n))?.is_some()))
            .collect::<Result<Vec<_>, Fault>>()
    });
    assert_eq!(left.await, [false, true, false, false]);
}

/// What waits is never swept, however old.
pub async fn messages_that_ended_are_swept(fixture: &dyn Fixture) {
    let ended = |n, seconds| OutboxMessage {
        attempts: 1,
        state: DeliveryState::Delivered { at: at(seconds) },
        ..message(n)
    };
    let store = holding(fixture, vec![message(1), ended(2, -50), ended(3, -49)]).await;
    let swept = write(&store, |tx| tx.audit_mut().sweep(at(-49), at(-49), NOW, 10)).await;
    assert_eq!(
        swept,
        Swept {
            removed: 1,
            more: false
        }
    );
    assert_eq!(found(&store, 2).await, None);
    assert!(found(&store, 1).await.is_some() && found(&store, 3).await.is_some());
}

/// Couriers of several tasks and of two processes.
pub async fn one_of_64_couriers_claims(fixture: &dyn Fixture) {
    let first = holding(fixture, vec![message(1)]).await;
    let second = fixture.open();
    let tasks: Vec<_> = (0..64)
        .map(|n| {
            let store = Arc::clone(if n % 2 == 0 { &first } else { &second });
            tokio::spawn(async move { write(&store, |tx| tx.outbox_mut().claim(id(1), 0, at(60))).await })
        })
        .collect();
    let mut won = 0;
    for task in tasks {
        won += usize::from(task.await.expect("no panic"));
    }
    assert_eq!(won, 1);
}
