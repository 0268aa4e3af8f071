//! Consents for personal data.

use super::sample::{NOW, approval, approvals, at, consent, consent_id, no, people, user_id, yes};
use super::{Fixture, read, write};
use countersign_core::approval::{Approval, ApprovalState};
use countersign_core::consent::Consent;
use countersign_core::store::Store;
use countersign_protocol::approval::ApprovalKind;
use std::sync::Arc;

/// Consents 1, 2, … of person 1, each with what became of its approval.
async fn asked(fixture: &dyn Fixture, states: Vec<ApprovalState>) -> Arc<dyn Store> {
    let store = fixture.open();
    people(&store).await;
    let rows = (1..).zip(states).map(|(n, state)| Approval {
        kind: ApprovalKind::Consent,
        state,
        ..approval(n, NOW)
    });
    let rows: Vec<_> = rows.collect();
    let count = u128::try_from(rows.len()).expect("small");
    approvals(&store, rows).await;
    write(&store, move |tx| {
        (1..=count).try_for_each(|n| tx.consents_mut().insert(&consent(n)))
    })
    .await;
    store
}

/// In every state of its own.
pub async fn a_consent_comes_back_as_it_was(fixture: &dyn Fixture) {
    let store = asked(fixture, vec![]).await;
    approvals(&store, vec![approval(1, NOW), approval(2, NOW)]).await;
    let whole = Consent {
        receipt: Some("e30.e30.AA".to_owned()),
        revoked_at: Some(at(9)),
        ..consent(2)
    };
    let written = whole.clone();
    write(&store, move |tx| {
        tx.consents_mut().insert(&consent(1))?;
        tx.consents_mut().insert(&written)
    })
    .await;
    let found = |n| read(&store, move |tx| tx.consents().by_id(consent_id(n)));
    assert_eq!(found(1).await, Some(consent(1)));
    assert_eq!(found(2).await, Some(whole.clone()));
    assert_eq!(found(3).await, None);
    assert_eq!(
        read(&store, |tx| tx.consents().list()).await,
        [whole, consent(1)],
        "newest first"
    );
}

/// Those that the person said yes to, by the time of the yes, and nobody else's.
pub async fn given_consents_come_newest_decision_first(fixture: &dyn Fixture) {
    let store = asked(
        fixture,
        vec![
            yes(at(30)),
            no(at(10)),
            ApprovalState::Pending,
            yes(at(20)),
            yes(at(40)),
        ],
    )
    .await;
    write(&store, |tx| tx.consents_mut().revoke(consent_id(4), at(50))).await;
    let ids = |user| {
        let store = Arc::clone(&store);
        async move {
            let given = read(&store, move |tx| tx.consents().given_by(user)).await;
            given.iter().map(|consent| consent.id).collect::<Vec<_>>()
        }
    };
    assert_eq!(
        ids(user_id(1)).await,
        [5, 1, 4].map(consent_id),
        "also a withdrawn one"
    );
    assert_eq!(ids(user_id(2)).await, []);
}

/// A second poll at the same moment made one too; there is one.
pub async fn a_receipt_is_kept_once(fixture: &dyn Fixture) {
    let store = asked(fixture, vec![yes(at(1))]).await;
    let keep = |receipt: &'static str| {
        let store = Arc::clone(&store);
        async move {
            write(&store, move |tx| {
                tx.consents_mut().keep_receipt(consent_id(1), receipt)
            })
            .await
        }
    };
    assert!(keep("first").await);
    assert!(!keep("second").await);
    let found = read(&store, |tx| tx.consents().by_id(consent_id(1))).await;
    assert_eq!(
        found.and_then(|consent| consent.receipt).as_deref(),
        Some("first")
    );
}

/// The first time stands, and no receipt is made of it any more.
pub async fn a_consent_is_withdrawn_once(fixture: &dyn Fixture) {
    let store = asked(fixture, vec![yes(at(1))]).await;
    let revoke = |seconds| {
        let store = Arc::clone(&store);
        async move {
            write(&store, move |tx| {
                tx.consents_mut().revoke(consent_id(1), at(seconds))
            })
            .await
        }
    };
    assert!(revoke(2).await);
    assert!(!revoke(3).await);
    assert!(!write(&store, |tx| tx.consents_mut().revoke(consent_id(7), at(2))).await);
    assert!(!write(&store, |tx| tx.consents_mut().keep_receipt(consent_id(1), "late")).await);
    let found = read(&store, |tx| tx.consents().by_id(consent_id(1))).await;
    let found = found.expect("it is there");
    assert_eq!((found.revoked_at, found.receipt), (Some(at(2)), None));
}

/// The receipt that everybody is shown is one.
pub async fn one_of_64_keeps_the_receipt(fixture: &dyn Fixture) {
    let store = asked(fixture, vec![yes(at(1))]).await;
    let tries: Vec<_> = (0..64)
        .map(|n| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                let receipt = format!("receipt {n}");
                write(&store, move |tx| {
                    tx.consents_mut().keep_receipt(consent_id(1), &receipt)
                })
                .await
            })
        })
        .collect();
    let mut kept = 0;
    for one in tries {
        kept += u32::from(one.await.expect("no panic"));
    }
    assert_eq!(kept, 1);
}
