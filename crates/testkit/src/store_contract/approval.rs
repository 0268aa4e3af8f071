//! Approvals.

use super::sample::{
    LIFETIME, NOW, application, approval, approval_id, approvals, at, client_id, decision, ended, grant_id,
    mutual_decision, no, people, user_id, yes,
};
use super::{Fixture, fault, read, write};
use countersign_core::approval::{Approval, ApprovalState, ExpiryCause};
use countersign_core::store::{Expired, Store};
use countersign_core::time::Duration;
use countersign_protocol::approval::{ApprovalKind, VerificationMode};
use std::sync::Arc;

async fn with(fixture: &dyn Fixture, rows: Vec<Approval>) -> Arc<dyn Store> {
    let store = fixture.open();
    people(&store).await;
    approvals(&store, rows).await;
    store
}

async fn settle(store: &Arc<dyn Store>, n: u128, state: ApprovalState) -> bool {
    write(store, move |tx| tx.approvals_mut().settle(approval_id(n), &state)).await
}

async fn found(store: &Arc<dyn Store>, n: u128) -> Approval {
    read(store, move |tx| tx.approvals().by_id(approval_id(n)))
        .await
        .expect("it was inserted")
}

fn ids(approvals: &[Approval]) -> Vec<u128> {
    approvals
        .iter()
        .map(|approval| approval.id.0.as_u128() - approval_id(0).0.as_u128())
        .collect()
}

/// Every state, kind, cause and optional column.
pub async fn an_approval_comes_back_in_every_state(fixture: &dyn Fixture) {
    let store = fixture.open();
    people(&store).await;
    write(&store, |tx| tx.applications_mut().insert(&application(1, None))).await;
    let states = [
        ApprovalState::Pending,
        yes(at(3)),
        ApprovalState::Approved(mutual_decision(at(3))),
        no(at(4)),
        ApprovalState::Denied {
            decision: decision(at(5)),
            not_me: true,
        },
        ended(at(6), ExpiryCause::TimedOut),
        ended(at(7), ExpiryCause::WrongCodes),
        ended(at(8), ExpiryCause::Superseded),
        ApprovalState::Redeemed {
            decision: decision(at(9)),
            at: at(10),
            grant_id: grant_id(1),
        },
    ];
    let kinds = [ApprovalKind::Login, ApprovalKind::Consent, ApprovalKind::Mutual];
    let mut expected = Vec::new();
    for ((n, state), kind) in (1..).zip(states).zip(kinds.into_iter().cycle()) {
        expected.push(Approval {
            kind,
            state,
            revision: i64::try_from(n).expect("small"),
            wrong_codes: 2,
            application_id: Some(application(1, None).id),
            verification_mode: VerificationMode::Transfer,
            ..approval(n, NOW)
        });
    }
    approvals(&store, expected.clone()).await;
    assert_eq!(
        read(&store, |tx| tx.approvals().changed_since(user_id(1), 0, 100)).await,
        expected
    );
    assert_eq!(
        read(&store, |tx| tx.approvals().by_id(approval_id(99))).await,
        None
    );
}

/// One sequence for everyone, so that a cursor never meets the same number twice.
pub async fn revisions_grow_with_every_change(fixture: &dyn Fixture) {
    let other = Approval {
        user_id: Some(user_id(2)),
        ..approval(2, NOW)
    };
    let store = with(fixture, vec![approval(1, NOW), other, approval(3, NOW)]).await;
    let last = |n| read(&store, move |tx| tx.approvals().last_revision_of(user_id(n)));
    assert_eq!((last(1).await, last(2).await, last(9).await), (3, 2, 0));
    assert!(settle(&store, 1, yes(at(1))).await);
    assert_eq!((last(1).await, last(2).await), (4, 2));
    assert_eq!(found(&store, 1).await.revision, 4);
    assert!(!settle(&store, 1, no(at(2))).await);
    assert_eq!(last(1).await, 4, "what changes nothing has no revision");
}

/// Oldest first; at its very end it is over.
pub async fn pending_approvals_end_in_time(fixture: &dyn Fixture) {
    let of_other = Approval {
        user_id: Some(user_id(2)),
        ..approval(4, NOW)
    };
    let store = with(
        fixture,
        vec![
            approval(2, at(2)),
            approval(1, at(1)),
            approval(3, at(3)),
            of_other,
        ],
    )
    .await;
    settle(&store, 3, no(at(4))).await;
    let pending = |now| read(&store, move |tx| tx.approvals().pending_of(user_id(1), now));
    assert_eq!(ids(&pending(at(5)).await), [1, 2]);
    assert_eq!(ids(&pending(at(1) + LIFETIME).await), [2]);
    assert_eq!(ids(&pending(at(2) + LIFETIME).await), [] as [u128; 0]);
}

/// Also those whose time is over: a new request supersedes them.
pub async fn pending_approvals_of_a_client_stay_until_they_are_settled(fixture: &dyn Fixture) {
    let old = approval(1, at(-100_000));
    let of_other_client = Approval {
        client_id: client_id(2),
        ..approval(3, NOW)
    };
    let store = with(fixture, vec![approval(2, NOW), old, of_other_client]).await;
    let pending = || {
        read(&store, |tx| {
            tx.approvals().pending_of_client(user_id(1), &client_id(1))
        })
    };
    assert_eq!(ids(&pending().await), [1, 2]);
    settle(&store, 1, ended(NOW, ExpiryCause::Superseded)).await;
    assert_eq!(ids(&pending().await), [2]);
}

/// The event stream's query.
pub async fn changes_come_in_order_and_in_pages(fixture: &dyn Fixture) {
    let of_other = Approval {
        user_id: Some(user_id(2)),
        ..approval(3, NOW)
    };
    let store = with(
        fixture,
        vec![approval(1, NOW), approval(2, NOW), of_other, approval(4, NOW)],
    )
    .await;
    settle(&store, 1, no(at(1))).await;
    let changed = |revision, limit| {
        read(&store, move |tx| {
            tx.approvals().changed_since(user_id(1), revision, limit)
        })
    };
    assert_eq!(ids(&changed(0, 10).await), [2, 4, 1]);
    assert_eq!(ids(&changed(0, 2).await), [2, 4]);
    assert_eq!(ids(&changed(4, 10).await), [1]);
    assert_eq!(ids(&changed(5, 10).await), [] as [u128; 0]);
}

/// The first answer stands; redeemed is not an answer, and neither is pending.
pub async fn only_a_pending_approval_is_settled(fixture: &dyn Fixture) {
    let store = with(
        fixture,
        vec![approval(1, NOW), approval(2, NOW), approval(3, NOW)],
    )
    .await;
    let expired = || ended(at(2), ExpiryCause::WrongCodes);
    for (n, state) in [(1, yes(at(1))), (2, no(at(1))), (3, expired())] {
        assert!(settle(&store, n, state.clone()).await);
        for late in [yes(at(3)), no(at(3)), expired()] {
            assert!(!settle(&store, n, late).await);
        }
        assert_eq!(found(&store, n).await.state, state);
    }
    assert!(
        !settle(&store, 9, yes(at(1))).await,
        "what is not there cannot be settled"
    );
    for no_answer in [
        ApprovalState::Pending,
        ApprovalState::Redeemed {
            decision: decision(NOW),
            at: NOW,
            grant_id: grant_id(1),
        },
    ] {
        fault(&store, move |tx| {
            tx.approvals_mut().settle(approval_id(1), &no_answer).map(drop)
        })
        .await;
    }
}

/// And keeps the decision as evidence.
pub async fn only_an_approved_approval_is_redeemed(fixture: &dyn Fixture) {
    let rows = [1, 2, 3, 4].map(|n| approval(n, NOW)).to_vec();
    let store = with(fixture, rows).await;
    settle(&store, 2, no(at(1))).await;
    settle(&store, 3, ended(at(1), ExpiryCause::TimedOut)).await;
    settle(&store, 4, yes(at(1))).await;
    let redeem = |n| {
        write(&store, move |tx| {
            tx.approvals_mut().redeem(approval_id(n), at(2), grant_id(7))
        })
    };
    for n in [1, 2, 3, 9] {
        assert!(!redeem(n).await, "{n}");
    }
    assert!(redeem(4).await);
    assert!(!redeem(4).await);
    let redeemed = ApprovalState::Redeemed {
        decision: decision(at(1)),
        at: at(2),
        grant_id: grant_id(7),
    };
    assert_eq!(found(&store, 4).await.state, redeemed);
}

/// And each count is answered.
pub async fn wrong_codes_are_counted(fixture: &dyn Fixture) {
    let store = with(fixture, vec![approval(1, NOW)]).await;
    for expected in 1..=3 {
        assert_eq!(
            write(&store, |tx| tx.approvals_mut().count_wrong_code(approval_id(1))).await,
            expected
        );
    }
    assert_eq!(found(&store, 1).await.wrong_codes, 3);
    fault(&store, |tx| {
        tx.approvals_mut().count_wrong_code(approval_id(9)).map(drop)
    })
    .await;
}

/// Longest overdue first; each expires at its own end and with a revision of its own.
pub async fn what_is_due_expires_in_batches(fixture: &dyn Fixture) {
    let of_other = Approval {
        user_id: Some(user_id(2)),
        ..approval(3, at(3))
    };
    let store = with(
        fixture,
        vec![
            approval(1, at(1)),
            approval(2, at(2)),
            of_other,
            approval(4, at(4)),
        ],
    )
    .await;
    settle(&store, 1, yes(at(5))).await;
    let expire = |limit| {
        write(&store, move |tx| {
            tx.approvals_mut().expire_due(at(3) + LIFETIME, limit)
        })
    };
    let expired = |user: u128, more| Expired {
        ended: 1,
        users: vec![user_id(user)],
        more,
    };
    assert_eq!(expire(1).await, expired(1, true));
    assert_eq!(expire(10).await, expired(2, false));
    assert_eq!(expire(10).await, Expired::default());
    assert_eq!(found(&store, 1).await.state, yes(at(5)));
    assert_eq!(
        found(&store, 2).await.state,
        ended(at(2) + LIFETIME, ExpiryCause::TimedOut)
    );
    assert_eq!(found(&store, 4).await.state, ApprovalState::Pending);
    let revisions = [
        found(&store, 1).await.revision,
        found(&store, 2).await.revision,
        found(&store, 3).await.revision,
    ];
    assert_eq!(revisions, [5, 6, 7]);
}

/// What a person looks back at.
pub async fn history_is_newest_first_and_settled_only(fixture: &dyn Fixture) {
    let rows = [1, 2, 3, 4].map(|n| approval(n, NOW)).to_vec();
    let store = with(fixture, rows).await;
    settle(&store, 2, yes(at(9))).await;
    settle(&store, 1, no(at(5))).await;
    settle(&store, 4, ended(at(7), ExpiryCause::TimedOut)).await;
    let history = |limit| read(&store, move |tx| tx.approvals().history_of(user_id(1), limit));
    assert_eq!(ids(&history(10).await), [2, 4, 1]);
    assert_eq!(ids(&history(2).await), [2, 4]);
    assert_eq!(
        read(&store, |tx| tx.approvals().history_of(user_id(2), 10)).await,
        []
    );
}

/// CIBA lets a provider hide which people exist: the approval of a stranger is nobody's and just ends.
pub async fn nobody_may_be_asked(fixture: &dyn Fixture) {
    let nobody = Approval {
        user_id: None,
        ..approval(1, NOW)
    };
    let store = with(fixture, vec![nobody.clone()]).await;
    assert_eq!(
        found(&store, 1).await,
        Approval {
            revision: 1,
            ..nobody
        }
    );
    let later = NOW + LIFETIME + Duration::from_secs(1);
    assert_eq!(
        write(&store, move |tx| tx.approvals_mut().expire_due(later, 10)).await,
        Expired {
            ended: 1,
            ..Expired::default()
        }
    );
    assert_eq!(
        found(&store, 1).await.state,
        ended(NOW + LIFETIME, ExpiryCause::TimedOut)
    );
}
