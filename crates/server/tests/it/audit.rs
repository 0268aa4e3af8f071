//! `countersign audit`: the log is told, and what somebody changed in it is found.

use crate::support::TestServer;
use rusqlite::Connection;

/// A server whose log has some records, and what verification says after somebody wrote to the database.
fn tampered(sql: &str) -> (String, serde_json::Value) {
    let server = TestServer::prepare();
    server.command(["user", "add", "ada@OnesID1"]);
    let database = Connection::open(server.data().join("countersign.db")).unwrap();
    database.execute_batch(sql).unwrap();
    drop(database);
    let ran = server.program(["audit", "verify", "--json"]).run();
    assert_eq!(ran.code, 1, "{ran:?}");
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    (ran.sentence(), report["broken"].clone())
}

#[test]
fn a_changed_a_removed_and_a_reordered_row_are_found() {
    let cases = [
        (
            "UPDATE audit_records SET actor = 'user:eve' WHERE seq = 3",
            3,
            "changed",
        ),
        ("UPDATE audit_records SET at = at + 1 WHERE seq = 2", 2, "changed"),
        ("DELETE FROM audit_records WHERE seq = 4", 4, "missing"),
        ("DELETE FROM audit_records WHERE seq = 1", 1, "missing"),
        ("DELETE FROM audit_records WHERE seq = 6", 6, "cut_off"),
    ];
    for (sql, seq, kind) in cases {
        let (sentence, broken) = tampered(sql);
        assert_eq!(
            (&broken["seq"], &broken["kind"]),
            (&seq.into(), &kind.into()),
            "{sql}: {sentence}"
        );
        assert!(
            sentence.contains(&format!("record {seq}")) && sentence.contains("backups"),
            "{sql}: {sentence}"
        );
    }
    let (sentence, broken) = tampered(
        "UPDATE audit_records SET seq = 99 WHERE seq = 2; UPDATE audit_records SET seq = 2 WHERE seq = 3;
         UPDATE audit_records SET seq = 3 WHERE seq = 99;",
    );
    assert_eq!(broken["seq"], 2, "{sentence}");
}

#[test]
fn a_log_that_was_emptied_is_found() {
    let (sentence, _) = tampered("DELETE FROM audit_records; DELETE FROM audit_head");
    assert!(sentence.contains("empty"), "{sentence}");
}

#[test]
fn a_whole_log_is_told_so_and_every_command_stands_in_it() {
    let server = TestServer::start();
    server.command(["user", "add", "ada@OnesID1"]);
    server.command(["user", "disable", "ada@OnesID1"]);
    server.command(["key", "rotate"]);
    let report = server.command(["audit", "verify"]);
    assert_eq!(report["broken"], serde_json::Value::Null);
    let records = server.command(["audit", "list"]);
    let records = records.as_array().unwrap();
    assert_eq!(report["intact"], records.len());
    let actions: Vec<_> = records
        .iter()
        .map(|record| record["action"].as_str().unwrap())
        .collect();
    assert_eq!(
        actions,
        [
            "organisation.create",
            "key.create",
            "key.create",
            "user.add",
            "authenticator.invite",
            "user.add",
            "user.disable",
            "key.rotate",
            "key.rotate"
        ]
    );
    assert!(records.iter().all(|record| record["actor"] == "cli"));
    let text = server.try_command(["audit", "verify"]).stdout;
    assert!(text.contains("whole") && text.contains('9'), "{text}");
}

#[test]
fn the_list_can_be_narrowed_and_continued() {
    let server = TestServer::prepare();
    let seqs = |args: &[&str]| -> Vec<i64> {
        let records = server.command(["audit", "list"].into_iter().chain(args.iter().copied()));
        records
            .as_array()
            .unwrap()
            .iter()
            .map(|record| record["seq"].as_i64().unwrap())
            .collect()
    };
    assert_eq!(seqs(&[]), [1, 2, 3, 4, 5]);
    assert_eq!(seqs(&["--limit", "2"]), [4, 5]);
    assert_eq!(seqs(&["--after", "1", "--limit", "2"]), [2, 3]);
    assert_eq!(seqs(&["--action", "key."]), [2, 3]);
}
