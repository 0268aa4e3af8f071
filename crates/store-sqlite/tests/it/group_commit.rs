//! Many writes, few flushes.

use crate::place;
use countersign_core::failure::Fault;
use countersign_core::store::Store;
use countersign_store_sqlite::{Options, SqliteStore};
use countersign_testkit::store_contract::{read, sample, write};
use std::sync::Arc;

/// The lock is held while they come, so that all but the first few have to wait together.
#[tokio::test]
async fn writes_that_wait_together_share_a_commit() {
    let place = place();
    let sqlite = place.store();
    let store: Arc<dyn Store> = Arc::<SqliteStore>::clone(&sqlite);
    sample::people(&store).await;
    let before = sqlite.counters();
    let lock = place.raw();
    lock.execute_batch("BEGIN IMMEDIATE").expect("the lock is free");
    let writes: Vec<_> = (10..110)
        .map(|n| {
            let store = Arc::clone(&store);
            tokio::spawn(
                async move { write(&store, move |tx| tx.users_mut().insert(&sample::user(n))).await },
            )
        })
        .collect();
    for _ in 0..10 {
        // One thread: after this every task has put its work into the queue.
        tokio::task::yield_now().await;
    }
    lock.execute_batch("COMMIT").expect("the lock is given back");
    for write in writes {
        write.await.expect("no panic");
    }
    let after = sqlite.counters();
    assert_eq!(after.works - before.works, 100);
    assert!(after.commits - before.commits <= 2, "{after:?}");
    assert!(after.largest_group >= 50, "{after:?}");
    assert!(after.slowest_commit <= after.commit_time);
    assert_eq!((after.rolled_back, after.failed_groups), (0, 0));
}

#[tokio::test]
async fn a_group_is_never_larger_than_allowed() {
    let place = place();
    let sqlite = place.store_with(Options {
        group: 4,
        queue: 2,
        ..Options::default()
    });
    let store: Arc<dyn Store> = Arc::<SqliteStore>::clone(&sqlite);
    sample::people(&store).await;
    let writes: Vec<_> = (10..42)
        .map(|n| {
            let store = Arc::clone(&store);
            tokio::spawn(
                async move { write(&store, move |tx| tx.users_mut().insert(&sample::user(n))).await },
            )
        })
        .collect();
    for write in writes {
        write.await.expect("no panic");
    }
    assert!(sqlite.counters().largest_group <= 4);
    assert!(sqlite.counters().commits >= 8);
}

#[tokio::test]
async fn in_one_group_each_work_keeps_its_own_fate() {
    let place = place();
    let sqlite = place.store();
    let store: Arc<dyn Store> = Arc::<SqliteStore>::clone(&sqlite);
    sample::people(&store).await;
    let before = sqlite.counters();
    let lock = place.raw();
    lock.execute_batch("BEGIN IMMEDIATE").expect("the lock is free");
    let works: Vec<_> = (10..40)
        .map(|n| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                let outcome = store.write(move |tx| {
                    tx.users_mut().insert(&sample::user(n))?;
                    assert!(n % 3 != 1, "a panic on purpose");
                    if n % 3 == 2 {
                        Err(Fault::new("on purpose").into())
                    } else {
                        Ok(())
                    }
                });
                (n, outcome.await.is_ok())
            })
        })
        .collect();
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    lock.execute_batch("COMMIT").expect("the lock is given back");
    let mut kept = Vec::new();
    for work in works {
        let (n, acknowledged) = work.await.expect("the panic stays in the store");
        assert_eq!(acknowledged, n % 3 == 0, "{n}");
        kept.extend(acknowledged.then(|| sample::user_id(n)));
    }
    let found = read(&store, |tx| tx.users().list()).await;
    let found: Vec<_> = found.iter().skip(2).map(|user| user.id).collect();
    assert_eq!(found, kept, "after the first two people");
    let after = sqlite.counters();
    assert!(after.commits - before.commits <= 2, "{after:?}");
    assert_eq!(after.rolled_back, 20);
}
