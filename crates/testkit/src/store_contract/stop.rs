//! Reports that stop a client.

use super::sample::{at, client_id, people, user_id};
use super::{Fixture, read, write};

/// The first report's time stands; clearing says whether there was one.
pub async fn a_report_stops_one_client_for_one_person_until_it_is_cleared(fixture: &dyn Fixture) {
    let store = fixture.open();
    people(&store).await;
    let stopped = |user, client| {
        read(&store, move |tx| {
            tx.approvals().is_stopped(user_id(user), &client_id(client))
        })
    };
    write(&store, |tx| {
        tx.approvals_mut().stop(user_id(1), &client_id(1), at(1))
    })
    .await;
    write(&store, |tx| {
        tx.approvals_mut().stop(user_id(1), &client_id(1), at(2))
    })
    .await;
    write(&store, |tx| {
        tx.approvals_mut().stop(user_id(2), &client_id(2), at(3))
    })
    .await;
    assert!(stopped(1, 1).await && stopped(2, 2).await);
    assert!(!stopped(1, 2).await && !stopped(2, 1).await);
    let standing = [
        (user_id(1), client_id(1), at(1)),
        (user_id(2), client_id(2), at(3)),
    ];
    assert_eq!(read(&store, |tx| tx.approvals().stops()).await, standing);
    assert!(
        write(&store, |tx| tx
            .approvals_mut()
            .clear_stop(user_id(1), &client_id(1)))
        .await
    );
    assert!(
        !write(&store, |tx| tx
            .approvals_mut()
            .clear_stop(user_id(1), &client_id(1)))
        .await
    );
    assert!(!stopped(1, 1).await && stopped(2, 2).await);
}
