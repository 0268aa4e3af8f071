//! `countersign backup` and `countersign restore`.

use crate::support::TestServer;
use std::fs;

fn usernames(server: &TestServer) -> Vec<String> {
    let users = server.command(["user", "list"]);
    users
        .as_array()
        .unwrap()
        .iter()
        .map(|user| user["username"].as_str().unwrap().to_owned())
        .collect()
}

/// A server with one more person, and a backup that was taken before the person was added.
fn server_with_backup() -> (TestServer, String) {
    let server = TestServer::start();
    let file = server.scratch().join("backup.db").to_str().unwrap().to_owned();
    let answer = server.command(["backup", &file]);
    assert_eq!(
        (&answer["file"], &answer["sealingKeyIncluded"]),
        (&file.clone().into(), &false.into())
    );
    server.command(["user", "add", "ada@OnesID1"]);
    (server, file)
}

#[test]
fn a_backup_that_was_taken_while_the_server_ran_is_restored_when_it_does_not() {
    let (mut server, file) = server_with_backup();
    let refused = server.try_command(["restore", &file, "--force"]);
    assert_eq!(refused.code, 1);
    assert!(refused.sentence().contains("stop it first"), "{refused:?}");
    server.stop();
    let refused = server.try_command(["restore", &file]);
    assert!(
        refused.code == 1 && refused.sentence().contains("--force"),
        "{refused:?}"
    );
    assert_eq!(usernames(&server).len(), 2, "nothing has happened so far");

    let restored = server.command(["restore", &file, "--force"]);
    assert_eq!(usernames(&server), ["master@OnesID1"]);
    assert!(
        fs::metadata(restored["kept"].as_str().unwrap()).unwrap().len() > 0,
        "the old one is kept"
    );
    assert_eq!(
        server.command(["audit", "verify"])["broken"],
        serde_json::Value::Null
    );
    let last = server.command(["audit", "list", "--limit", "1"]);
    assert_eq!(last[0]["action"], "database.restore");
    server.restart();
    assert_eq!(usernames(&server), ["master@OnesID1"]);
}

#[test]
fn a_backup_is_a_private_file_that_is_never_written_over() {
    let (server, file) = server_with_backup();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let again = server.try_command(["backup", &file]);
    assert!(
        again.code == 1 && again.sentence().contains("exists already"),
        "{again:?}"
    );
    let key = fs::read_to_string(server.data().join("sealing.key")).unwrap();
    let bytes = fs::read(&file).unwrap();
    assert!(
        !bytes.windows(64).any(|window| window == key.trim().as_bytes()),
        "the sealing key is not in it"
    );
}

#[test]
fn a_restore_moves_a_provider_to_an_empty_directory_that_has_its_key() {
    let (mut server, file) = server_with_backup();
    server.stop();
    for suffix in ["", "-wal", "-shm"] {
        let _absent = fs::remove_file(server.data().join(format!("countersign.db{suffix}")));
    }
    let restored = server.command(["restore", &file]);
    assert_eq!(restored["kept"], serde_json::Value::Null);
    assert_eq!(usernames(&server), ["master@OnesID1"]);
}

#[test]
fn what_is_no_good_backup_is_refused_and_the_database_stays() {
    let (mut server, file) = server_with_backup();
    server.stop();
    let good = fs::read(&file).unwrap();
    let mut damaged = good.clone();
    let middle = damaged.len() / 2;
    damaged[middle..middle + 8192].fill(0xff);
    let bad = server.scratch().join("bad.db").to_str().unwrap().to_owned();
    for bytes in [&b"nonsense"[..], &[], &damaged, &good[..good.len() / 2]] {
        fs::write(&bad, bytes).unwrap();
        let refused = server.try_command(["restore", &bad, "--force"]);
        assert_eq!(refused.code, 1, "{refused:?}");
        refused.sentence();
    }
    let refused = server.try_command(["restore", "/nowhere/backup.db", "--force"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert_eq!(usernames(&server).len(), 2);
    let left: Vec<_> = fs::read_dir(server.data())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert!(
        !left.iter().any(|name| name.to_string_lossy().contains("restore")),
        "{left:?}"
    );
}

#[test]
fn a_backup_of_another_provider_is_refused_for_its_key() {
    let (mut server, _) = server_with_backup();
    server.stop();
    let (_other, file) = server_with_backup();
    let refused = server.try_command(["restore", &file, "--force"]);
    assert!(
        refused.code == 1 && refused.sentence().contains("sealing key is wrong"),
        "{refused:?}"
    );
    assert_eq!(usernames(&server).len(), 2);
}
