//! The write-ahead log is copied back beside the writer, and begun from the start.

use crate::{Place, place};
use countersign_core::store::Store;
use countersign_testkit::store_contract::{read, sample, write};
use std::sync::Arc;

/// More commits than any machine needs until the log begins anew.
const ENOUGH: u128 = 30_000;

fn log_bytes(place: &Place) -> u64 {
    let log = place.file().with_extension("db-wal");
    std::fs::metadata(log).map_or(0, |file| file.len())
}

/// Adds people, one a commit, from a number on, until the log is half as long as if it had never begun anew: each
/// commit writes a page for the row and one for each of two indexes at least. Returns the next number.
async fn write_until_the_log_began_anew(place: &Place, store: &Arc<dyn Store>, first: u128) -> u128 {
    let before = log_bytes(place);
    for n in first..first + ENOUGH {
        write(store, move |tx| tx.users_mut().insert(&sample::user(n))).await;
        let written = u64::try_from(n - first).expect("it fits") * 3 * 4096;
        if written > 8 << 20 && log_bytes(place) < before + written / 2 {
            return n + 1;
        }
    }
    panic!("the log has {} bytes and never began anew", log_bytes(place));
}

#[tokio::test]
async fn the_log_begins_anew_under_load_and_nothing_is_lost() {
    let place = place();
    let store: Arc<dyn Store> = place.store();
    sample::people(&store).await;
    let end = write_until_the_log_began_anew(&place, &store, 10).await;
    let end = write_until_the_log_began_anew(&place, &store, end).await;
    for n in [10, end / 2, end - 1] {
        let user = sample::user(n);
        let found = read(&store, move |tx| tx.users().by_id(user.id)).await;
        assert!(found.is_some(), "{n}");
    }
    drop(store);
    let all: u128 = place
        .raw()
        .query_row("SELECT count(*) FROM users", [], |row| row.get::<_, i64>(0))
        .map(|count| u128::try_from(count).expect("a count"))
        .expect("the file is whole");
    assert!(all >= end - 10, "{all} of {end}");
}

#[tokio::test]
async fn who_reads_what_is_old_holds_the_log_back_and_nobody_up() {
    let place = place();
    let store: Arc<dyn Store> = place.store();
    sample::people(&store).await;
    let reader = place.raw();
    reader
        .execute_batch("BEGIN; SELECT count(*) FROM users;")
        .expect("a snapshot is taken");
    for n in 10..1500 {
        write(&store, move |tx| tx.users_mut().insert(&sample::user(n))).await;
    }
    assert!(
        log_bytes(&place) > 1400 * 3 * 4096,
        "the reader needs what is there"
    );
    reader
        .execute_batch("COMMIT")
        .expect("the snapshot is given back");
    write_until_the_log_began_anew(&place, &store, 1500).await;
}
