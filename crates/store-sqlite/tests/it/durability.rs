//! Law 10: acknowledged is durable, also after kill -9.

use crate::place;
use countersign_core::store::Store;
use countersign_store_sqlite::{Options, SqliteStore, verify};
use countersign_testkit::store_contract::{read, sample, write};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::sync::Arc;

const FILE: &str = "COUNTERSIGN_TEST_STORE";
const ACKNOWLEDGED: &str = "acknowledged ";

/// The child: writes with eight tasks at once and says each row after it was acknowledged.
async fn write_until_killed(file: OsString) {
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(file, Options::default()).expect("it opens"));
    let tasks: Vec<_> = (0..8_u128)
        .map(|task| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                for n in (task..1_000_000).step_by(8) {
                    write(&store, move |tx| tx.users_mut().insert(&sample::user(n))).await;
                    let mut out = std::io::stdout().lock();
                    writeln!(out, "{ACKNOWLEDGED}{n}")
                        .and_then(|()| out.flush())
                        .expect("the parent reads");
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("killed long before");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_acknowledged_row_survives_a_kill() {
    // The test starts itself once more, with a file to write to: that one is the child.
    if let Some(file) = std::env::var_os(FILE) {
        return write_until_killed(file).await;
    }
    let place = place();
    let store: Arc<dyn Store> = place.store();
    write(&store, |tx| {
        tx.organisations_mut().insert(&sample::organisation())
    })
    .await;
    drop(store);
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args([
            "--exact",
            "durability::every_acknowledged_row_survives_a_kill",
            "--nocapture",
        ])
        .env(FILE, place.file())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the child starts");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let acknowledged = |line: std::io::Result<String>| {
        let line = line.ok()?;
        line.split(ACKNOWLEDGED)
            .nth(1)
            .and_then(|n| n.parse::<u128>().ok())
    };
    let mut rows: BTreeSet<_> = lines.by_ref().filter_map(acknowledged).take(300).collect();
    child.kill().expect("SIGKILL");
    child.wait().expect("it is gone");
    rows.extend(lines.filter_map(acknowledged));
    assert!(rows.len() >= 300);
    let store: Arc<dyn Store> = place.store();
    let found: BTreeSet<_> = read(&store, |tx| tx.users().list())
        .await
        .iter()
        .map(|user| user.id)
        .collect();
    for n in &rows {
        assert!(
            found.contains(&sample::user_id(*n)),
            "row {n} was acknowledged and is lost"
        );
    }
    verify(&place.file()).expect("the file is whole");
}
