//! Backups.

use crate::{Place, place};
use countersign_core::store::Store;
use countersign_store_sqlite::{BackupProgress, Options, SCHEMA_VERSION, SqliteStore, verify};
use countersign_testkit::store_contract::{read, sample, write};
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

async fn started(place: &Place) -> Arc<SqliteStore> {
    let sqlite = place.store();
    let store: Arc<dyn Store> = Arc::<SqliteStore>::clone(&sqlite);
    write(&store, |tx| {
        tx.organisations_mut().insert(&sample::organisation())
    })
    .await;
    sqlite
}

/// People are written in pairs: a copy of one moment has an even number of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_is_one_moment() {
    let place = place();
    let sqlite = started(&place).await;
    let store: Arc<dyn Store> = Arc::<SqliteStore>::clone(&sqlite);
    let stop = Arc::new(AtomicBool::new(false));
    let (enough, start) = tokio::sync::oneshot::channel();
    let writer = {
        let (store, stop) = (Arc::clone(&store), Arc::clone(&stop));
        tokio::spawn(async move {
            let (mut pairs, mut enough) = (0_u128, Some(enough));
            while !stop.load(Ordering::SeqCst) {
                write(&store, move |tx| {
                    tx.users_mut().insert(&sample::user(2 * pairs))?;
                    tx.users_mut().insert(&sample::user(2 * pairs + 1))
                })
                .await;
                pairs += 1;
                if pairs == 50 {
                    enough.take().map(|enough| enough.send(()));
                }
            }
            pairs
        })
    };
    start.await.expect("the writer writes");
    let path = place.0.path().join("backup.db");
    let (target, source) = (path.clone(), Arc::clone(&sqlite));
    let steps = tokio::task::spawn_blocking(move || {
        let mut steps = Vec::new();
        source
            .backup_to(&target, |progress| steps.push(progress))
            .map(|()| steps)
    });
    let steps = steps.await.expect("no panic").expect("a backup");
    stop.store(true, Ordering::SeqCst);
    let written = writer.await.expect("no panic");
    assert!(
        steps
            .last()
            .is_some_and(|BackupProgress { copied, total }| copied == total && *total > 20),
        "{steps:?}"
    );
    assert_eq!(verify(&path).expect("whole"), SCHEMA_VERSION);
    let copy: Arc<dyn Store> = Arc::new(SqliteStore::open(&path, Options::default()).expect("it opens"));
    let people = read(&copy, |tx| tx.users().list()).await.len();
    assert!(people >= 100 && people.is_multiple_of(2), "{people}");
    assert_eq!(
        read(&store, |tx| tx.users().list()).await.len() as u128,
        2 * written,
        "no write was lost"
    );
}

#[tokio::test]
async fn a_backup_is_one_private_file_and_overwrites_nothing() {
    let place = place();
    let store = started(&place).await;
    let folder = place.0.path().join("backups");
    fs::create_dir(&folder).expect("a folder");
    let path = folder.join("backup.db");
    store.backup_to(&path, |_| {}).expect("a backup");
    let bytes = fs::read(&path).expect("bytes");
    let fault = store.backup_to(&path, |_| {}).expect_err("taken");
    assert!(
        fault.to_string().contains("exists already; choose another name"),
        "{fault}"
    );
    assert_eq!(fs::read(&path).expect("bytes"), bytes);
    verify(&path).expect("whole");
    assert_eq!(
        fs::read_dir(&folder).expect("a folder").count(),
        1,
        "no log and no unfinished copy beside it"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(
            fs::metadata(&path).expect("it is there").permissions().mode() & 0o777,
            0o600
        );
    }
}

#[tokio::test]
async fn a_backup_into_nowhere_says_what_to_do() {
    let place = place();
    let store = started(&place).await;
    let fault = store
        .backup_to(&place.0.path().join("missing/backup.db"), |_| {})
        .expect_err("nowhere");
    assert!(
        fault.to_string().contains("check that its directory exists"),
        "{fault}"
    );
}
