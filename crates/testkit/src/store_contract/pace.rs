//! Counts for the limits against push bombing.

use super::sample::{LIFETIME, NOW, approval, approval_id, approvals, at, ended, no, people, user_id, yes};
use super::{Fixture, read, write};
use countersign_core::approval::{Approval, ApprovalState, ExpiryCause};
use countersign_core::store::{PaceCounts, Store};
use countersign_core::time::Timestamp;
use countersign_protocol::approval::ApprovalKind;
use std::sync::Arc;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// People, and sign-ins of person 1: when each was asked and where it stands.
async fn asked(fixture: &dyn Fixture, rows: &[(i64, ApprovalState)]) -> Arc<dyn Store> {
    let store = fixture.open();
    people(&store).await;
    let rows = (1..).zip(rows).map(|(n, (asked, state))| Approval {
        state: state.clone(),
        ..approval(n, at(*asked))
    });
    approvals(&store, rows.collect()).await;
    store
}

async fn pace(store: &Arc<dyn Store>, now: Timestamp) -> PaceCounts {
    read(store, move |tx| {
        tx.approvals().pace(user_id(1), ApprovalKind::Login, now)
    })
    .await
}

/// Whatever became of them.
pub async fn requests_of_the_last_minute_are_counted(fixture: &dyn Fixture) {
    let pending = || ApprovalState::Pending;
    let rows = [
        (-61, pending()),
        (-60, yes(at(-50))),
        (-30, no(at(-20))),
        (0, pending()),
    ];
    let store = asked(fixture, &rows).await;
    assert_eq!(pace(&store, NOW).await.last_minute, 3);
    assert_eq!(pace(&store, at(61)).await.last_minute, 0);
}

/// Silence, also when a newer request cut it short: asking anew must not dodge the lock. An answer or a wrong code is
/// none.
pub async fn unanswered_requests_of_the_hour_are_counted(fixture: &dyn Fixture) {
    let rows = [
        (-HOUR - 1, ended(at(-HOUR + 599), ExpiryCause::TimedOut)),
        (-HOUR, ended(at(-HOUR + 600), ExpiryCause::TimedOut)),
        (-1800, ended(at(-1700), ExpiryCause::WrongCodes)),
        (-1700, ended(at(-1600), ExpiryCause::Superseded)),
        (-1600, no(at(-1500))),
        (-1500, ApprovalState::Pending),
        (-10, ApprovalState::Pending),
    ];
    let store = asked(fixture, &rows).await;
    assert_eq!(
        pace(&store, NOW).await.unanswered_last_hour,
        3,
        "one marked, one superseded, one whose time is over"
    );
}

/// An approval, redeemed or not, ends the row; a day ends it too. To ask anew is no refusal of the person's.
pub async fn refusals_in_a_row_end_with_an_approval(fixture: &dyn Fixture) {
    let rows = [
        (-DAY - 300, no(at(-DAY - 200))),
        (-900, no(at(-800))),
        (-700, ended(at(-600), ExpiryCause::WrongCodes)),
        (-580, ended(at(-570), ExpiryCause::Superseded)),
    ];
    let store = asked(fixture, &rows).await;
    let counts = pace(&store, NOW).await;
    assert_eq!(
        (counts.refusals_in_a_row, counts.last_refusal_at),
        (2, Some(at(-600)))
    );
    approvals(
        &store,
        vec![Approval {
            state: yes(at(-500)),
            ..approval(8, at(-510))
        }],
    )
    .await;
    let counts = pace(&store, NOW).await;
    assert_eq!((counts.refusals_in_a_row, counts.last_refusal_at), (0, None));
    let redeemed = write(&store, |tx| {
        tx.approvals_mut()
            .redeem(approval_id(8), at(-400), super::sample::grant_id(1))
    });
    assert!(redeemed.await);
    assert_eq!(
        pace(&store, NOW).await.refusals_in_a_row,
        0,
        "redeemed is approved"
    );
    approvals(
        &store,
        vec![Approval {
            state: no(at(-300)),
            ..approval(9, at(-310))
        }],
    )
    .await;
    let counts = pace(&store, NOW).await;
    assert_eq!(
        (counts.refusals_in_a_row, counts.last_refusal_at),
        (1, Some(at(-300)))
    );
}

/// A late worker changes no count.
pub async fn an_expiry_counts_before_the_worker_comes(fixture: &dyn Fixture) {
    let store = asked(fixture, &[(0, ApprovalState::Pending)]).await;
    let end = NOW + LIFETIME;
    assert_eq!(pace(&store, at(599)).await.refusals_in_a_row, 0);
    let before = pace(&store, end).await;
    assert_eq!((before.refusals_in_a_row, before.unanswered_last_hour), (1, 1));
    assert_eq!(before.last_refusal_at, Some(end));
    write(&store, move |tx| tx.approvals_mut().expire_due(end, 10)).await;
    assert_eq!(pace(&store, end).await, before);
}

/// The limits are one person's, and each kind of request has its own.
pub async fn other_people_and_other_kinds_do_not_count(fixture: &dyn Fixture) {
    let store = fixture.open();
    people(&store).await;
    let other = Approval {
        user_id: Some(user_id(2)),
        state: no(at(-5)),
        ..approval(1, at(-10))
    };
    let consent = Approval {
        kind: ApprovalKind::Consent,
        state: no(at(-5)),
        ..approval(2, at(-10))
    };
    approvals(&store, vec![other, consent]).await;
    assert_eq!(pace(&store, NOW).await, PaceCounts::default());
    let of_consents = read(&store, |tx| {
        tx.approvals().pace(user_id(1), ApprovalKind::Consent, NOW)
    });
    assert_eq!(of_consents.await.refusals_in_a_row, 1);
}
