//! What a transaction promises.

use super::sample::{ORGANISATION, organisation, user, user_id};
use super::{Fixture, read, write};
use countersign_core::failure::{Failure, Fault, Refusal};
use countersign_core::store::{Store, Verdict};
use std::sync::Arc;
use std::sync::mpsc;

async fn exists(store: &Arc<dyn Store>, n: u128) -> bool {
    read(store, move |tx| tx.users().by_id(user_id(n)))
        .await
        .is_some()
}

async fn ready(fixture: &dyn Fixture) -> Arc<dyn Store> {
    let store = fixture.open();
    write(&store, |tx| tx.organisations_mut().insert(&organisation())).await;
    store
}

/// Law 10: acknowledged is durable.
pub async fn what_was_written_is_read_back_after_a_restart(fixture: &dyn Fixture) {
    let store = ready(fixture).await;
    write(&store, |tx| tx.users_mut().insert(&user(1))).await;
    drop(store);
    let store = fixture.open();
    assert_eq!(
        read(&store, |tx| tx.users().by_id(user_id(1))).await,
        Some(user(1))
    );
    assert_eq!(
        read(&store, |tx| tx.organisations().by_id(ORGANISATION)).await,
        Some(organisation())
    );
}

/// A spent assertion or a counted wrong code must not come back with the no that it caused.
pub async fn a_refusal_keeps_what_was_written(fixture: &dyn Fixture) {
    let store = ready(fixture).await;
    let outcome = store
        .write::<(), _>(|tx| {
            tx.users_mut().insert(&user(1))?;
            Err(Refusal::conflict("no").into())
        })
        .await;
    assert!(
        matches!(outcome, Err(Failure::Refusal(_))),
        "the refusal is handed out"
    );
    assert!(exists(&store, 1).await);
}

/// Half a change is none.
pub async fn a_fault_forgets_what_was_written(fixture: &dyn Fixture) {
    let store = ready(fixture).await;
    let outcome = store
        .write::<(), _>(|tx| {
            tx.users_mut().insert(&user(1))?;
            Err(Fault::new("broken").into())
        })
        .await;
    assert!(
        matches!(&outcome, Err(Failure::Fault(fault)) if fault.to_string() == "broken"),
        "{outcome:?}"
    );
    assert!(!exists(&store, 1).await);
}

/// Others that wait at the same time are served, and so is who comes later.
pub async fn a_panic_is_a_fault_for_its_caller_only(fixture: &dyn Fixture) {
    let store = ready(fixture).await;
    let bug = store.run_write(Box::new(|tx| {
        assert!(
            tx.users_mut().insert(&user(1)).is_err(),
            "an assertion that fails on purpose, for the contract"
        );
        Verdict::Commit
    }));
    let sound = write(&store, |tx| tx.users_mut().insert(&user(2)));
    let (bug, ()) = tokio::join!(bug, sound);
    assert!(bug.is_err());
    assert!(!exists(&store, 1).await && exists(&store, 2).await);
    write(&store, |tx| tx.users_mut().insert(&user(3))).await;
    let bug = store.run_read(Box::new(|tx| {
        assert!(
            tx.users().list().is_err(),
            "an assertion that fails on purpose, for the contract"
        );
    }));
    assert!(bug.await.is_err());
    assert!(exists(&store, 3).await);
}

/// Also when a writer commits in the middle of it.
pub async fn a_read_sees_one_moment(fixture: &dyn Fixture) {
    let store = ready(fixture).await;
    let (looked, look_again) = mpsc::channel();
    let (committed, go_on) = mpsc::channel();
    let reader = {
        let store = Arc::clone(&store);
        tokio::task::spawn_blocking(move || {
            tokio::runtime::Handle::current().block_on(read(&store, move |tx| {
                let before = tx.users().list()?.len();
                looked.send(()).expect("the writer waits");
                go_on.recv().expect("the writer commits");
                Ok((before, tx.users().list()?.len()))
            }))
        })
    };
    tokio::task::spawn_blocking(move || look_again.recv().expect("the reader looks"))
        .await
        .expect("no panic");
    write(&store, |tx| tx.users_mut().insert(&user(1))).await;
    committed.send(()).expect("the reader waits");
    assert_eq!(reader.await.expect("no panic"), (0, 0));
    assert!(exists(&store, 1).await, "the next read sees it");
}

/// Before it is committed.
pub async fn a_write_sees_what_it_wrote(fixture: &dyn Fixture) {
    let store = ready(fixture).await;
    let seen = write(&store, |tx| {
        tx.users_mut().insert(&user(1))?;
        tx.users().by_id(user_id(1))
    });
    assert_eq!(seen.await, Some(user(1)));
}

/// An operator's command beside a running server: each sees what the other one committed, nobody deadlocks.
pub async fn a_second_process_reads_and_writes_the_same(fixture: &dyn Fixture) {
    let server = ready(fixture).await;
    let command = fixture.open();
    write(&command, |tx| tx.users_mut().insert(&user(1))).await;
    assert!(exists(&server, 1).await);
    let writes = (2..66).map(|n| {
        let store = if n % 2 == 0 {
            Arc::clone(&server)
        } else {
            Arc::clone(&command)
        };
        tokio::spawn(async move { write(&store, move |tx| tx.users_mut().insert(&user(n))).await })
    });
    for written in writes.collect::<Vec<_>>() {
        written.await.expect("no panic");
    }
    assert_eq!(
        read(&server, |tx| tx.users().list()).await,
        read(&command, |tx| tx.users().list()).await
    );
    assert_eq!(read(&server, |tx| tx.users().list()).await.len(), 65);
}

/// For `/readyz`.
pub async fn a_healthy_store_says_so(fixture: &dyn Fixture) {
    let store = ready(fixture).await;
    store.check().await.expect("the store can be read and written");
}
