use std::time::Duration;

use countersign_authenticator::{Authenticator, Error, NewPhone, Notice, Pace, Watcher};
use countersign_protocol::ErrorCode;
use countersign_protocol::approval::{ApprovalStatus, Settled};
use uuid::Uuid;

use crate::fake_provider::FakeProvider;
use crate::samples::{item, ports};

const PACE: Pace = Pace {
    first: Duration::from_millis(1),
    longest: Duration::from_millis(4),
};

async fn watching() -> (FakeProvider, Watcher) {
    let provider = FakeProvider::start().await;
    let phone = Authenticator::enrol(
        &provider.invitation("ann@example"),
        &NewPhone::default(),
        ports().0,
    )
    .await
    .unwrap();
    let watcher = phone.watch(PACE);
    (provider, watcher)
}

async fn arrived(watcher: &mut Watcher) -> Uuid {
    match watcher.next().await.unwrap() {
        Notice::Arrived(item) => item.id,
        other => panic!("expected an arrival, got {other:?}"),
    }
}

#[tokio::test]
async fn what_waits_already_is_shown_and_then_each_arrival_once() {
    let (provider, mut watcher) = watching().await;
    let (first, second) = (item(1), item(2));
    provider.arrive(&first);
    assert_eq!(arrived(&mut watcher).await, first.id);
    // The stream is open now; both events are on it, the first one for the second time.
    provider.arrive(&first);
    provider.arrive(&second);
    assert_eq!(arrived(&mut watcher).await, second.id);
}

#[tokio::test]
async fn a_settled_request_is_taken_off_the_screen_once() {
    let (provider, mut watcher) = watching().await;
    provider.arrive(&item(1));
    let id = arrived(&mut watcher).await;
    provider.settle(Uuid::from_u128(99), ApprovalStatus::Denied);
    provider.settle(id, ApprovalStatus::Expired);
    provider.settle(id, ApprovalStatus::Expired);
    provider.arrive(&item(2));
    match watcher.next().await.unwrap() {
        Notice::Settled(settled) => assert_eq!(
            settled,
            Settled {
                id,
                status: ApprovalStatus::Expired
            }
        ),
        other => panic!("expected the settlement, got {other:?}"),
    }
    assert_eq!(arrived(&mut watcher).await, item(2).id);
}

#[tokio::test]
async fn a_cut_connection_is_resumed_after_the_last_event() {
    let (provider, mut watcher) = watching().await;
    provider.arrive(&item(1));
    arrived(&mut watcher).await;
    provider.arrive(&item(2));
    arrived(&mut watcher).await;
    provider.cut_streams();
    provider.arrive(&item(3));
    assert_eq!(arrived(&mut watcher).await, item(3).id);
    // The first request came with the list, the second as event 2.
    assert_eq!(
        provider.with(|memory| memory.resumed_from.clone()),
        [None, Some("2".to_owned())]
    );
}

#[tokio::test]
async fn what_ended_while_the_connection_was_cut_is_taken_off_the_screen() {
    let (provider, mut watcher) = watching().await;
    provider.arrive(&item(1));
    let id = arrived(&mut watcher).await;
    provider.cut_streams();
    provider.with(|memory| memory.pending.clear());
    let notice = watcher.next().await.unwrap();
    assert!(
        matches!(notice, Notice::Withdrawn(gone) if gone == id),
        "{notice:?}"
    );
}

#[tokio::test]
async fn a_provider_that_is_starting_is_waited_for_with_growing_pauses() {
    let (provider, mut watcher) = watching().await;
    provider.with(|memory| memory.events_down = 4);
    provider.arrive(&item(1));
    let mut waits = Vec::new();
    let id = loop {
        match watcher.next().await.unwrap() {
            Notice::Interrupted { problem, again_in } => {
                assert!(problem.is_refusal(ErrorCode::TemporarilyUnavailable));
                waits.push(again_in.as_micros());
            }
            Notice::Arrived(item) => break item.id,
            other => panic!("unexpected {other:?}"),
        }
    };
    assert_eq!(id, item(1).id);
    let bounds = [1000, 2000, 4000, 4000];
    assert_eq!(waits.len(), bounds.len());
    for (wait, at_least) in waits.into_iter().zip(bounds) {
        assert!((at_least..=at_least * 5 / 4).contains(&wait), "{wait}");
    }
}

#[tokio::test]
async fn a_revoked_phone_stops_watching() {
    let (provider, mut watcher) = watching().await;
    provider.arrive(&item(1));
    arrived(&mut watcher).await;
    provider.with(|memory| {
        memory.phones.clear();
        memory.tokens.clear();
    });
    provider.cut_streams();
    let error = watcher.next().await.unwrap_err();
    assert!(
        matches!(error, Error::Refused(_)) && error.is_refusal(ErrorCode::InvalidClient),
        "{error}"
    );
}

#[tokio::test]
async fn an_event_that_cannot_be_read_is_an_error_and_not_passed_over() {
    let (provider, mut watcher) = watching().await;
    provider.arrive(&item(1));
    arrived(&mut watcher).await;
    provider.arrive(&item(2));
    arrived(&mut watcher).await;
    provider.with(|memory| memory.events.push("id: 3\nevent: approval\ndata: {}\n\n".into()));
    provider.cut_streams();
    assert!(matches!(watcher.next().await, Err(Error::Answer { .. })));
}
