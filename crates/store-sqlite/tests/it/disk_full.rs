//! A full disk: what was acknowledged stays, what was not leaves nothing, and it goes on when there is space.

use crate::place;
use countersign_core::failure::Failure;
use countersign_core::store::Store;
use countersign_core::user::User;
use countersign_store_sqlite::Options;
use countersign_testkit::store_contract::{read, sample, write};
use std::sync::Arc;

fn large(n: u128) -> User {
    User {
        name: Some("x".repeat(8000)),
        ..sample::user(n)
    }
}

#[tokio::test]
async fn a_full_disk_is_a_temporary_fault_that_loses_nothing() {
    let place = place();
    let store: Arc<dyn Store> = place.store_with(Options {
        max_pages: Some(150),
        ..Options::default()
    });
    write(&store, |tx| {
        tx.organisations_mut().insert(&sample::organisation())
    })
    .await;
    let mut kept = Vec::new();
    let mut refused = 0;
    for batch in 0..10 {
        let writes = (0..16).map(|n| {
            let (store, n) = (Arc::clone(&store), batch * 16 + n);
            tokio::spawn(async move {
                (
                    n,
                    store.write(move |tx| Ok(tx.users_mut().insert(&large(n))?)).await,
                )
            })
        });
        for write in writes.collect::<Vec<_>>() {
            match write.await.expect("no panic") {
                (n, Ok(())) => kept.push(sample::user_id(n)),
                (_, Err(Failure::Fault(fault))) => {
                    assert!(
                        fault.is_temporary() && fault.to_string().contains("disk"),
                        "{fault}"
                    );
                    refused += 1;
                }
                (_, Err(refusal)) => panic!("{refusal}"),
            }
        }
    }
    assert!(
        refused > 0 && !kept.is_empty(),
        "{refused} refused, {} kept",
        kept.len()
    );
    let mut found: Vec<_> = read(&store, |tx| tx.users().list())
        .await
        .iter()
        .map(|user| user.id)
        .collect();
    found.sort_unstable();
    kept.sort_unstable();
    assert_eq!(found, kept);
    drop(store);
    let store: Arc<dyn Store> = place.store();
    write(&store, |tx| tx.users_mut().insert(&large(1000))).await;
    assert_eq!(read(&store, |tx| tx.users().list()).await.len(), kept.len() + 1);
}
