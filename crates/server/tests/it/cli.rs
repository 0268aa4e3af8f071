//! The command line: what it takes, what it answers, and with which exit code.

use crate::support::{Program, TestServer};

#[test]
fn help_teaches_with_examples() {
    let help = Program::new(["--help"]).ok();
    for expected in [
        "Examples:",
        "countersign init --data",
        "Exit codes: 0 done, 1 refused or failed, 2 wrong usage.",
    ] {
        assert!(help.contains(expected), "{expected} in {help}");
    }
    let nouns = [
        "init",
        "serve",
        "config",
        "device",
        "user",
        "authenticator",
        "app",
        "client",
        "consent",
        "service",
        "credential",
        "trust",
        "key",
        "audit",
        "report",
        "backup",
        "restore",
        "doctor",
    ];
    for noun in nouns {
        let help = Program::new([noun, "--help"]).ok();
        assert!(
            help.contains("Examples:") && help.contains(&format!("countersign {noun}")),
            "{noun}: {help}"
        );
    }
}

#[test]
fn wrong_usage_ends_with_2() {
    let server = TestServer::prepare();
    let cases: [&[&str]; 14] = [
        &[],
        &["unknown"],
        &["device"],
        &["device", "list", "--status", "lost"],
        &["user", "add"],
        &["user", "add", "ada@OnesID1", "--role", "king"],
        &["authenticator", "revoke", "not-an-id"],
        &["key", "rotate", "--algorithm", "HS256"],
        &["service", "add", "--name", "Shop", "--audience", "shop"],
        &[
            "service",
            "add",
            "--name",
            "Shop",
            "--audience",
            "shop",
            "--allowed-scope",
            "openid",
        ],
        &["service", "rotate", "Shop", "--expires", "tomorrow"],
        &["credential", "issue", "--given-name", "Marie"],
        &["trust", "add", "--name", "Bank", "--issuer", "bank"],
        &["trust", "remove", "not-an-id"],
    ];
    for args in cases {
        let ran = server.try_command(args.iter().copied());
        assert_eq!(ran.code, 2, "{args:?}: {ran:?}");
        assert!(
            ran.stdout.is_empty() && !ran.stderr.is_empty(),
            "{args:?}: {ran:?}"
        );
    }
    let sentence = Program::new(["device", "list"]).fails(2);
    assert!(
        sentence.contains("--data DIR") && sentence.contains("COUNTERSIGN_DATA"),
        "{sentence}"
    );
}

#[test]
fn a_refusal_ends_with_1_and_says_what_to_do() {
    let server = TestServer::prepare();
    let cases: [(&[&str], &str); 13] = [
        (&["device", "approve", "AAAA-AAAA"], "compare it"),
        (&["device", "show", "nothing"], "device list"),
        (&["user", "add", "ada@elsewhere"], "organisation"),
        (&["user", "add", "ada"], "local@organisation"),
        (&["user", "add", "MASTER@onesid1.com"], "exists already"),
        (&["user", "show", "ada@OnesID1"], "user list"),
        (
            &["authenticator", "revoke", "0e8f4c1e-3f8a-4d6c-9d59-6f0a5f0f6b7a"],
            "authenticator list",
        ),
        (&["app", "show", "nothing"], "app list"),
        (&["client", "show", "nothing"], "client list"),
        (&["key", "revoke", "nothing"], "key list"),
        (&["service", "show", "nothing"], "service list"),
        (&["credential", "verify", "nothing"], "check the path"),
        (
            &["trust", "remove", "0e8f4c1e-3f8a-4d6c-9d59-6f0a5f0f6b7a"],
            "trust list",
        ),
    ];
    for (args, advice) in cases {
        let ran = server.try_command(args.iter().copied());
        assert_eq!(ran.code, 1, "{args:?}: {ran:?}");
        assert!(ran.sentence().contains(advice), "{args:?}: {ran:?}");
    }
}

#[test]
fn a_directory_without_a_provider_is_told_with_the_way_to_make_one() {
    let directory = tempfile::tempdir().unwrap();
    for args in [
        ["device", "list"],
        ["config", "check"],
        ["serve", "--listen=127.0.0.1:0"],
    ] {
        let sentence = Program::new(args)
            .env("COUNTERSIGN_DATA", directory.path())
            .fails(1);
        assert!(
            sentence.contains("countersign init --data"),
            "{args:?}: {sentence}"
        );
    }
}

#[test]
fn people_are_added_shown_disabled_and_enabled() {
    let server = TestServer::start();
    let added = server.command([
        "user",
        "add",
        "Ada.Lovelace@OnesID1",
        "--role",
        "admin",
        "--name",
        "Ada Lovelace",
    ]);
    assert_eq!(
        (&added["username"], &added["role"]),
        (&"Ada.Lovelace@OnesID1".into(), &"admin".into())
    );
    let shown = server.command(["user", "show", "ada.lovelace@onesid1.com"]);
    assert_eq!(
        (&shown["id"], &shown["name"]),
        (&added["id"], &"Ada Lovelace".into())
    );
    assert_eq!(shown["authenticators"], serde_json::json!([]));
    let id = added["id"].as_str().unwrap();
    assert_eq!(server.command(["user", "disable", id])["status"], "disabled");
    let ran = server.try_command(["user", "invite", id]);
    assert!(ran.code == 1 && ran.sentence().contains("disabled"), "{ran:?}");
    assert_eq!(server.command(["user", "enable", id])["status"], "enabled");
    let list = server.try_command(["user", "list"]).stdout;
    assert!(
        list.starts_with("USERNAME") && list.contains("Ada.Lovelace@OnesID1"),
        "{list}"
    );
}

#[test]
fn an_invitation_has_the_shape_that_scripts_rely_on() {
    let server = TestServer::prepare();
    let invited = server.command(["user", "invite", "master@onesid1"]);
    let mut members: Vec<_> = invited.as_object().unwrap().keys().map(String::as_str).collect();
    members.sort_unstable();
    assert_eq!(members, ["expiresAt", "invitation", "url"]);
    let bare = invited["invitation"].as_str().unwrap();
    assert_eq!(invited["url"], format!("{}/enroll#{bare}", server.host()));
}

#[test]
fn a_service_is_registered_with_its_metadata() {
    let server = TestServer::prepare();
    let key = countersign_testkit::Party::new("shop", countersign_jose::KeyType::P256);
    let metadata = server.scratch().join("shop.json");
    let file = metadata.to_str().unwrap();
    let text = serde_json::json!({ "client_id": "shop", "profile": "standard", "client_name": "Shop", "jwks": key.jwks() });
    std::fs::write(&metadata, text.to_string()).unwrap();
    let added = server.command(["client", "add", "--metadata", file]);
    assert_eq!(
        (&added["client_id"], &added["kind"]),
        (&"shop".into(), &"service".into())
    );
    let shown = server.command(["client", "show", "shop"]);
    assert_eq!(shown, added);
    assert_eq!(shown["token_endpoint_auth_method"], "private_key_jwt");
    assert!(shown["client_id_issued_at"].as_i64().unwrap() > 1_700_000_000);
    assert_eq!(server.command(["client", "list"]).as_array().unwrap().len(), 1);
    let application = server.command([
        "app",
        "add",
        "Shop",
        "--hostname",
        "shop.example",
        "--client",
        "shop",
    ]);
    assert_eq!(server.command(["app", "show", "shop.example"]), application);
    assert_eq!(
        server.command(["app", "disable", "shop.example"])["status"],
        "disabled"
    );
    assert_eq!(
        server.command(["client", "disable", "shop"])["status"],
        "disabled"
    );
    assert_eq!(server.command(["client", "enable", "shop"])["status"], "enabled");
    let again = server.try_command(["client", "add", "--metadata", file]);
    assert!(
        again.code == 1 && again.sentence().contains("exists already"),
        "{again:?}"
    );
}

#[test]
fn metadata_that_is_none_is_told_with_its_place() {
    let server = TestServer::prepare();
    let metadata = server.scratch().join("bad.json");
    std::fs::write(&metadata, "{\"client_id\": \"shop\",\n \"client_nme\": \"Shop\"}").unwrap();
    let sentence = server
        .program(["client", "add", "--metadata"])
        .arg(&metadata)
        .fails(1);
    assert!(
        sentence.contains("client_nme") && sentence.contains("line 2"),
        "{sentence}"
    );
    std::fs::write(&metadata, "{\"client_id\": \"shop\"}").unwrap();
    let sentence = server
        .program(["client", "add", "--metadata"])
        .arg(&metadata)
        .fails(1);
    assert!(sentence.contains("jwks"), "{sentence}");
}

#[test]
fn an_empty_list_is_an_empty_array_or_a_sentence() {
    let server = TestServer::prepare();
    for noun in ["device", "authenticator", "app", "client", "report"] {
        assert_eq!(server.command([noun, "list"]), serde_json::json!([]), "{noun}");
        let text = server.try_command([noun, "list"]).stdout;
        assert!(
            text.trim_end().ends_with('.') && text.lines().count() == 1,
            "{noun}: {text}"
        );
    }
}

#[test]
fn completions_are_printed_for_a_shell() {
    for shell in ["bash", "zsh", "fish"] {
        let script = Program::new(["completions", shell]).ok();
        assert!(
            script.contains("countersign") && script.contains("authenticator"),
            "{shell}: {script}"
        );
    }
}
