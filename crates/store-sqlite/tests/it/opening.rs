//! Files that are not ours, not whole, or not free: one sentence that says what to do.

use crate::{Place, place};
use countersign_core::failure::{Failure, Fault};
use countersign_core::store::Store;
use countersign_store_sqlite::{APPLICATION_ID, Options, SCHEMA_VERSION, SqliteStore, verify};
use countersign_testkit::store_contract::{Fixture, sample, write};
use std::fs;
use std::sync::Arc;
use std::time::Duration;

fn refused(place: &Place, options: Options) -> Fault {
    SqliteStore::open(place.file(), options)
        .err()
        .expect("it does not open")
}

fn says(fault: &Fault, parts: &[&str]) {
    for part in parts {
        assert!(fault.to_string().contains(part), "{part}: {fault}");
    }
}

#[test]
fn a_new_database_is_ours_alone() {
    let place = place();
    let store = place.store();
    let raw = place.raw();
    let pragma = |name| {
        raw.pragma_query_value(None, name, |row| row.get::<_, i64>(0))
            .expect("a number")
    };
    assert_eq!(
        (pragma("application_id"), pragma("user_version")),
        (APPLICATION_ID, SCHEMA_VERSION)
    );
    let mode: String = raw
        .pragma_query_value(None, "journal_mode", |row| row.get(0))
        .expect("a word");
    assert_eq!(mode, "wal");
    #[cfg(unix)]
    for entry in fs::read_dir(place.0.path()).expect("the directory is there") {
        use std::os::unix::fs::PermissionsExt;
        let entry = entry.expect("it can be listed");
        assert_eq!(
            entry.metadata().expect("it is there").permissions().mode() & 0o777,
            0o600,
            "{entry:?}"
        );
    }
    let stats = store.stats().expect("sizes");
    assert_eq!(stats.schema_version, SCHEMA_VERSION);
    assert!(
        stats.pages > 20 && stats.page_bytes == 4096 && stats.wal_bytes > 0,
        "{stats:?}"
    );
}

#[test]
fn two_processes_may_make_the_database_at_once() {
    let place = place();
    let path = place.file();
    let opened: Vec<_> = std::thread::scope(|scope| {
        let opening = |_| {
            let path = path.clone();
            scope.spawn(move || SqliteStore::open(path, Options::default()).map(drop))
        };
        let threads: Vec<_> = (0..8).map(opening).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("no panic"))
            .collect()
    });
    for result in opened {
        result.expect("each of them opens it");
    }
    assert_eq!(verify(&path).expect("it is whole"), SCHEMA_VERSION);
}

#[test]
fn a_mistyped_directory_is_no_new_provider() {
    let place = place();
    let fault = refused(
        &place,
        Options {
            create: false,
            ..Options::default()
        },
    );
    says(&fault, &["countersign.db", "check that the directory exists"]);
    assert!(!place.file().exists());
    let below = place.0.path().join("missing").join("countersign.db");
    let fault = SqliteStore::open(&below, Options::default())
        .err()
        .expect("it does not open");
    says(&fault, &["missing", "check that the directory exists"]);
}

#[test]
fn a_file_that_is_no_database_is_left_alone() {
    let place = place();
    let letter = "Dear diary, ".repeat(1000);
    fs::write(place.file(), &letter).expect("written");
    let fault = refused(&place, Options::default());
    says(
        &fault,
        &[
            "countersign.db",
            "not a database of this provider",
            "check the data directory",
        ],
    );
    assert_eq!(fs::read_to_string(place.file()).expect("text"), letter);
}

#[test]
fn a_database_of_another_program_is_left_alone() {
    let place = place();
    place
        .raw()
        .execute_batch("CREATE TABLE bookmarks (url)")
        .expect("another program's table");
    let before = fs::read(place.file()).expect("bytes");
    let fault = refused(&place, Options::default());
    says(&fault, &["countersign.db", "another program"]);
    says(
        &verify(&place.file()).expect_err("not ours"),
        &["another program"],
    );
    assert_eq!(fs::read(place.file()).expect("bytes"), before);
}

#[test]
fn a_newer_schema_asks_for_a_newer_program() {
    let place = place();
    drop(place.store());
    place
        .raw()
        .pragma_update(None, "user_version", 99)
        .expect("a later version");
    for fault in [
        refused(&place, Options::default()),
        verify(&place.file()).expect_err("too new"),
    ] {
        says(&fault, &["schema version 99", "use a newer program"]);
    }
}

#[tokio::test]
async fn damage_is_found_and_named() {
    let place = place();
    let store: Arc<dyn Store> = place.open();
    sample::people(&store).await;
    for n in 10..200 {
        write(&store, move |tx| tx.users_mut().insert(&sample::user(n))).await;
    }
    drop(store);
    assert_eq!(verify(&place.file()).expect("whole"), SCHEMA_VERSION);
    let mut bytes = fs::read(place.file()).expect("bytes");
    let users: u32 = place
        .raw()
        .query_row(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'users'",
            [],
            |row| row.get(0),
        )
        .expect("a page");
    for byte in bytes.iter_mut().skip((users as usize - 1) * 4096).take(4096) {
        *byte = 0xa5;
    }
    fs::write(place.file(), bytes).expect("written");
    says(
        &verify(&place.file()).expect_err("damaged"),
        &["damaged", "restore a backup"],
    );
    let store: Arc<dyn Store> = place.open();
    let failure = store
        .read(|tx| Ok(tx.users().list()?))
        .await
        .expect_err("damaged");
    let Failure::Fault(fault) = failure else {
        panic!("a fault, not {failure}")
    };
    says(&fault, &["damaged", "restore a backup"]);
    assert!(!fault.is_temporary());
}

#[test]
fn references_to_nothing_are_found() {
    let place = place();
    drop(place.store());
    place
        .raw()
        .execute_batch(
            "PRAGMA foreign_keys = OFF;
             INSERT INTO approval_stops VALUES (zeroblob(16), 'nobody', 1);",
        )
        .expect("the hand is allowed");
    says(
        &verify(&place.file()).expect_err("an orphan"),
        &["approval_stops", "restore a backup"],
    );
}

#[tokio::test]
async fn a_lock_that_stays_is_a_temporary_fault() {
    let place = place();
    let options = Options {
        busy_timeout: Duration::from_millis(20),
        ..Options::default()
    };
    let sqlite = place.store_with(options);
    let store: Arc<dyn Store> = Arc::<SqliteStore>::clone(&sqlite);
    let lock = place.raw();
    lock.execute_batch("BEGIN IMMEDIATE").expect("the lock is free");
    let failure = store.write(|_| Ok(())).await.expect_err("locked");
    let Failure::Fault(fault) = failure else {
        panic!("a fault, not {failure}")
    };
    assert!(fault.is_temporary());
    says(&fault, &["locked by another process", "try again"]);
    assert!(store.check().await.expect_err("not ready").is_temporary());
    store
        .read(|tx| Ok(tx.users().list()?))
        .await
        .expect("reading needs no lock");
    assert!(sqlite.counters().failed_groups >= 2);
    lock.execute_batch("COMMIT").expect("the lock is given back");
    store.write(|_| Ok(())).await.expect("free again");
}
