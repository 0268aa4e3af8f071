//! `countersign init`: a provider out of nothing, whole or not at all.

use crate::support::{Program, TestServer};
use serde_json::Value;
use std::fs;
use std::path::Path;

fn init(data: &Path) -> Program {
    let args = [
        "init",
        "--public-url",
        "https://id.example.org",
        "--domain",
        "example.org",
        "--data",
    ];
    Program::new(args).arg(data)
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn init_makes_a_directory_that_only_this_user_can_read() {
    let server = TestServer::prepare();
    assert_eq!(mode(&server.data()), 0o700);
    for file in ["countersign.toml", "sealing.key", "countersign.db"] {
        assert_eq!(mode(&server.data().join(file)), 0o600, "{file}");
    }
    assert_eq!(
        fs::read_dir(server.data()).unwrap().count(),
        3,
        "nothing else is left there"
    );
}

#[test]
fn init_tells_the_first_person_and_their_invitation() {
    let server = TestServer::prepare();
    let first = server.first();
    assert_eq!(first["username"], "master@OnesID1");
    assert_eq!(first["issuer"], server.issuer());
    assert_eq!(first["data"], server.data().to_str().unwrap());
    let invitation = first["invitation"].as_str().unwrap();
    assert_eq!(first["url"], format!("{}/enroll#{invitation}", server.host()));
    assert!(first["expiresAt"].as_str().unwrap().ends_with('Z'));
    let users = server.command(["user", "list"]);
    assert_eq!(users[0]["id"], first["userId"]);
    assert_eq!(users[0]["role"], "master");
}

#[test]
fn without_an_alias_the_first_person_belongs_to_the_domain_and_a_name_can_be_given() {
    let directory = tempfile::tempdir().unwrap();
    let first: Value = init(&directory.path().join("a")).arg("--json").json();
    assert_eq!(first["username"], "master@example.org");
    let second = init(&directory.path().join("b"))
        .arg("--json")
        .arg("--master")
        .arg("ada@example.org")
        .json();
    assert_eq!(second["username"], "ada@example.org");
}

#[test]
fn people_are_told_what_to_do_next() {
    let directory = tempfile::tempdir().unwrap();
    let text = init(&directory.path().join("data")).ok();
    for expected in [
        "master@example.org",
        "https://id.example.org/enroll#",
        "countersign serve --data",
        "user invite",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    assert!(
        !text.contains('\x1b') && !text.contains('█'),
        "colours and pictures are for terminals: {text}"
    );
}

#[test]
fn a_directory_with_a_provider_is_refused_and_not_touched() {
    let server = TestServer::prepare();
    let before = fs::read(server.data().join("sealing.key")).unwrap();
    let sentence = init(&server.data()).fails(1);
    assert!(
        sentence.contains("already") && sentence.contains("choose another directory"),
        "{sentence}"
    );
    assert_eq!(fs::read(server.data().join("sealing.key")).unwrap(), before);
}

#[test]
fn an_init_that_fails_leaves_nothing_behind() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let sentence = init(&data).arg("--master").arg("ada@elsewhere").fails(1);
    assert!(sentence.contains("organisation"), "{sentence}");
    assert!(!data.exists());
    fs::create_dir(&data).unwrap();
    fs::write(data.join("note.txt"), "mine").unwrap();
    init(&data).arg("--alias").arg("EXAMPLE.ORG").fails(1);
    let left: Vec<_> = fs::read_dir(&data)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["note.txt"]);
}

#[test]
fn a_public_url_without_tls_must_be_on_this_machine_or_be_called_a_danger() {
    let directory = tempfile::tempdir().unwrap();
    let args = |data: &str| {
        Program::new([
            "init",
            "--public-url",
            "http://192.0.2.1:4000",
            "--domain",
            "example.org",
            "--data",
        ])
        .arg(directory.path().join(data))
    };
    let sentence = args("a").fails(2);
    assert!(sentence.contains("--danger-allow-http"), "{sentence}");
    assert!(!directory.path().join("a").exists());
    args("b").arg("--danger-allow-http").ok();
    let check = Program::new(["config", "check", "--data"])
        .arg(directory.path().join("b"))
        .run();
    assert_eq!(check.code, 0);
    assert!(check.stderr.contains("danger_allow_http"), "{check:?}");
}

#[test]
fn a_public_url_is_scheme_and_host_only() {
    let directory = tempfile::tempdir().unwrap();
    for url in [
        "https://id.example.org/path",
        "https://id.example.org/?q",
        "id.example.org",
        "ftp://id.example.org",
        "",
    ] {
        let ran = Program::new(["init", "--domain", "example.org", "--public-url", url, "--data"])
            .arg(directory.path().join("data"))
            .run();
        assert_eq!(ran.code, 2, "{url}: {ran:?}");
    }
}

#[test]
fn a_sealing_key_that_is_kept_elsewhere_is_not_written_into_the_directory() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let key = "0123456789abcdef".repeat(4);
    init(&data).env("COUNTERSIGN_SEALING_KEY", &key).ok();
    assert!(!data.join("sealing.key").exists());
    let list = || Program::new(["key", "list", "--json", "--data"]).arg(&data);
    assert_eq!(
        list()
            .env("COUNTERSIGN_SEALING_KEY", &key)
            .json()
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let sentence = list().fails(1);
    assert!(
        sentence.contains("sealing.key") && sentence.contains("sealing_key_file"),
        "{sentence}"
    );
}

#[test]
fn an_environment_that_names_another_public_url_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let sentence = init(&data)
        .env("COUNTERSIGN_PUBLIC_URL", "https://other.example.org")
        .fails(2);
    assert!(sentence.contains("COUNTERSIGN_PUBLIC_URL"), "{sentence}");
    assert!(!data.exists());
}
