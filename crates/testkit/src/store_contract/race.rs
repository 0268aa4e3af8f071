//! Races: of any number that try at once, one wins (law 3).

use super::sample::{
    NOW, approval, approval_id, approvals, approved_registration, at, authenticator_id, client_id, digest,
    grant_id, granted, invitation, login_hint_token, no, people, qr_session, qr_session_id, refresh_spent,
    refresh_token, registration, yes,
};
use super::{Fixture, write};
use countersign_core::failure::Fault;
use countersign_core::qr::Scan;
use countersign_core::store::{Store, Writing};
use std::sync::Arc;

/// Lets 64 tasks try at the same time, each on one of the stores, and counts who won.
async fn winners(
    stores: impl IntoIterator<Item = Arc<dyn Store>>,
    work: impl Fn(u8, &mut dyn Writing) -> Result<bool, Fault> + Clone + Send + 'static,
) -> usize {
    let stores: Vec<_> = stores.into_iter().collect();
    let tasks: Vec<_> = (0..64_u8)
        .zip(stores.iter().cycle())
        .map(|(n, store)| {
            let (store, work) = (Arc::clone(store), work.clone());
            tokio::spawn(async move { write(&store, move |tx| work(n, tx)).await })
        })
        .collect();
    let mut won = 0;
    for task in tasks {
        won += usize::from(task.await.expect("no panic"));
    }
    won
}

async fn ready(fixture: &dyn Fixture) -> Arc<dyn Store> {
    let store = fixture.open();
    people(&store).await;
    approvals(&store, vec![approval(1, NOW)]).await;
    store
}

/// Yes and no at once: one of them is the answer.
pub async fn one_of_64_settles(fixture: &dyn Fixture) {
    let store = ready(fixture).await;
    let won = winners([store], |n, tx| {
        let answer = if n % 2 == 0 { yes(at(1)) } else { no(at(1)) };
        tx.approvals_mut().settle(approval_id(1), &answer)
    });
    assert_eq!(won.await, 1);
}

/// 64 phones before one screen.
pub async fn one_of_64_phones_scans(fixture: &dyn Fixture) {
    let store = ready(fixture).await;
    write(&store, |tx| tx.qr_mut().insert(&qr_session(1))).await;
    let won = winners([store], |n, tx| {
        let scan = Scan {
            at: at(1),
            by: authenticator_id(1 + u128::from(n % 2)),
        };
        tx.qr_mut().scan(&qr_session_id(1), &scan)
    });
    assert_eq!(won.await, 1);
}

/// 64 polls after an approval.
pub async fn one_of_64_redeems(fixture: &dyn Fixture) {
    let store = ready(fixture).await;
    write(&store, |tx| {
        tx.approvals_mut().settle(approval_id(1), &yes(at(1)))
    })
    .await;
    let won = winners([store], |n, tx| {
        tx.approvals_mut()
            .redeem(approval_id(1), at(2), grant_id(n.into()))
    });
    assert_eq!(won.await, 1);
}

/// 64 refreshes with one token.
pub async fn one_of_64_spends_a_refresh_token(fixture: &dyn Fixture) {
    let store = fixture.open();
    granted(&store).await;
    write(&store, |tx| {
        tx.grants_mut().insert_refresh_token(&refresh_token(1))
    })
    .await;
    let won = winners([store], |_, tx| {
        tx.grants_mut()
            .spend_refresh_token(&digest(1), &refresh_spent(at(1)))
    });
    assert_eq!(won.await, 1);
}

/// 64 replays.
pub async fn one_of_64_spends_an_assertion(fixture: &dyn Fixture) {
    let store = ready(fixture).await;
    assert_eq!(
        winners([store], |_, tx| tx.assertions_mut().spend(
            &client_id(1),
            "jti",
            NOW
        ))
        .await,
        1
    );
}

/// 64 phones with one link.
pub async fn one_of_64_spends_an_invitation(fixture: &dyn Fixture) {
    let store = ready(fixture).await;
    write(&store, |tx| {
        tx.authenticators_mut().insert_invitation(&invitation(1))
    })
    .await;
    let won = winners([store], |_, tx| {
        tx.authenticators_mut().spend_invitation(&digest(1), at(1))
    });
    assert_eq!(won.await, 1);
}

/// 64 sign-ins with one hint.
pub async fn one_of_64_spends_a_login_hint_token(fixture: &dyn Fixture) {
    let store = ready(fixture).await;
    write(&store, |tx| {
        tx.authenticators_mut()
            .insert_login_hint_token(&login_hint_token(1))
    })
    .await;
    let won = winners([store], |_, tx| {
        tx.authenticators_mut().spend_login_hint_token(&digest(1), at(1))
    });
    assert_eq!(won.await, 1);
}

/// 64 operators.
pub async fn one_of_64_decides_a_registration(fixture: &dyn Fixture) {
    let store = ready(fixture).await;
    write(&store, |tx| {
        tx.devices_mut().insert_registration(&registration(1))
    })
    .await;
    let won = winners([store], |n, tx| {
        tx.devices_mut()
            .decide_registration("CODE-1", &approved_registration(n))
    });
    assert_eq!(won.await, 1);
}

/// Two stores on the same data, 32 tries each.
pub async fn one_of_two_processes_redeems(fixture: &dyn Fixture) {
    let store = ready(fixture).await;
    write(&store, |tx| {
        tx.approvals_mut().settle(approval_id(1), &yes(at(1)))
    })
    .await;
    let stores = [store, fixture.open()];
    let won = winners(stores, |n, tx| {
        tx.approvals_mut()
            .redeem(approval_id(1), at(2), grant_id(n.into()))
    });
    assert_eq!(won.await, 1);
}
