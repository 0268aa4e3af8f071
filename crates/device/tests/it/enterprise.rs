//! INIT_FROM_CONFIG and its file.

use crate::provider::FakeProvider;
use crate::world::{Machine, Ran};
use serde_json::{Value, json};

fn init(machine: &Machine, file: &Value, more: &[&str]) -> Ran {
    let path = machine.dir.path().join("config.json");
    std::fs::write(&path, serde_json::to_vec_pretty(file).unwrap()).unwrap();
    let path = path.to_str().unwrap();
    let base = [
        "-o",
        "init_from_config",
        "--config-file",
        path,
        "--poll-interval",
        "0.01",
    ];
    machine.run(&[&base[..], more].concat())
}

fn file(host: &str) -> Value {
    json!({
        "type": "ENTERPRISE", "timezone": "Asia/Bangkok", "locale": "en_US.utf8", "title": "till 4",
        "location": "Bangkok", "role": "REGISTRATION_TERMINAL", "key_security": "DEFAULT",
        "key_type": "ECC:p256", "domain": "onesid1.com", "host": host,
    })
}

#[test]
fn the_enterprise_file_answers_every_question() {
    let (provider, machine) = (FakeProvider::approving(), Machine::new());
    init(&machine, &file(&provider.host), &[]).done();
    let sent: Value = serde_json::from_slice(&provider.body("/devices/registration")).unwrap();
    assert_eq!(sent["title"], "till 4");
    assert_eq!(sent["location"], "Bangkok");
    assert_eq!(sent["role"], "registration_terminal");
    assert_eq!(sent["domain"], "onesid1.com");
    assert_eq!(sent["publicKey"]["keys"][0]["crv"], "P-256");
    assert!(
        machine
            .read(machine.config().join("device.yml"))
            .contains("key_type: ECC:p256\n")
    );
}

#[test]
fn an_option_that_is_typed_wins_over_the_file() {
    let (provider, machine) = (FakeProvider::approving(), Machine::new());
    init(
        &machine,
        &file(&provider.host),
        &["-t", "till 5", "-k", "ECC:p384"],
    )
    .done();
    let sent: Value = serde_json::from_slice(&provider.body("/devices/registration")).unwrap();
    assert_eq!(
        (&sent["title"], &sent["publicKey"]["keys"][0]["crv"]),
        (&json!("till 5"), &json!("P-384"))
    );
}

#[test]
fn a_wrong_member_is_told_with_file_line_and_key() {
    for (key, value, told) in [
        ("role", json!("KING"), "`role` must be one of"),
        ("key_type", json!("RSA:1024"), "`key_type` must be RSA:2048"),
        (
            "key_security",
            json!("paper"),
            "`key_security` must be default or tpm",
        ),
        (
            "host",
            json!("nowhere"),
            "`host`: `nowhere` is not a provider's address",
        ),
    ] {
        let machine = Machine::new();
        let mut wrong = file("https://idp.example.com");
        wrong[key] = value;
        let ran = init(&machine, &wrong, &[]);
        ran.refused(1, told);
        assert!(
            ran.err.contains("config.json:") && ran.err.contains("line"),
            "{}",
            ran.err
        );
    }
}

#[test]
fn a_file_without_domain_or_host_is_wrong_usage_that_names_the_key() {
    for key in ["domain", "host"] {
        let machine = Machine::new();
        let mut without = file("https://idp.example.com");
        without[key] = Value::Null;
        init(&machine, &without, &[]).refused(2, &format!("add `{key}` to it"));
    }
}

#[test]
fn a_missing_file_is_told_by_name() {
    let machine = Machine::new();
    let ran = machine.run(&["-o", "INIT_FROM_CONFIG", "--config-file", "/nowhere/config.json"]);
    ran.refused(1, "/nowhere/config.json: cannot be read");
}
