//! ROTATE_KEY: which key is on the disk after every kind of answer. The provider of these tests answers what it is told;
//! the real one meets the program in the tests of the crate above.

use std::fs;

use countersign_device::DeviceKey;
use serde_json::{Value, json};

use crate::provider::FakeProvider;
use crate::world::{Machine, Ran};

fn registered(provider: &FakeProvider) -> Machine {
    let machine = Machine::new();
    machine.init(&provider.host, &["-k", "ECC:p256"]).done();
    machine
}

fn thumbprint(machine: &Machine, file: &str) -> Option<String> {
    let path = machine.keys().join(file);
    let text = fs::read_to_string(&path).ok()?;
    let key = DeviceKey::parse(&text, &path).map_err(|error| error.to_string());
    Some(key.unwrap().public().jwk().thumbprint())
}

fn rotate(machine: &Machine, more: &[&str]) -> Ran {
    machine.run(&[&["-o", "ROTATE_KEY", "--json"], more].concat())
}

fn refusal(code: &str) -> Value {
    json!({ "error": code, "error_description": "no" })
}

fn tokens() -> (u16, Value) {
    (
        200,
        json!({ "access_token": "opaque", "token_type": "Bearer", "expires_in": 600 }),
    )
}

#[test]
fn a_provider_that_says_no_leaves_the_old_key_in_use_and_the_new_one_waiting() {
    let provider = FakeProvider::approving();
    let machine = registered(&provider);
    let old = thumbprint(&machine, "private.pem");
    provider.now_takes_keys(400, refusal("unauthorized_client"));
    rotate(&machine, &[]).refused(1, "nothing has changed, the old key is in use");
    assert_eq!(thumbprint(&machine, "private.pem"), old);
    let waiting = thumbprint(&machine, "private.next.pem");
    assert!(waiting.is_some() && waiting != old);
    #[cfg(unix)]
    assert_eq!(machine.mode(machine.keys().join("private.next.pem")), 0o600);
    // The next call sends the same key: an earlier request may still be on its way.
    provider.now_gives_tokens(401, refusal("invalid_client"));
    rotate(&machine, &[]).refused(1, "nothing has changed");
    assert_eq!(thumbprint(&machine, "private.next.pem"), waiting);
    rotate(&machine, &["-k", "ECC:p384"]).refused(1, "an earlier rotation left a key of the type ECC:p256");
}

#[test]
fn a_lost_answer_is_made_good_by_asking_for_a_token_with_the_new_key() {
    let provider = FakeProvider::approving();
    let machine = registered(&provider);
    let old = thumbprint(&machine, "private.pem");
    provider.now_takes_keys(500, refusal("server_error"));
    let line: Value = serde_json::from_str(&rotate(&machine, &["-k", "RSA:2048"]).done()).unwrap();
    assert_eq!(line["status"], "rotated");
    assert_eq!(line["keyType"], "RSA:2048");
    let new = thumbprint(&machine, "private.pem");
    assert_ne!(new, old);
    assert_eq!(line["thumbprint"].as_str(), new.as_deref());
    assert_eq!(thumbprint(&machine, "private.next.pem"), None);
    let config = machine.read(machine.config().join("device.yml"));
    assert!(config.contains("key_type: RSA:2048\n"), "{config}");
    machine.run(&["-o", "SIGN", "-m", "a.b"]).done();
}

#[test]
fn while_nobody_knows_which_key_counts_both_are_kept_and_a_later_call_finishes() {
    let provider = FakeProvider::approving();
    let machine = registered(&provider);
    let old = thumbprint(&machine, "private.pem");
    provider.now_takes_keys(502, refusal("server_error"));
    provider.now_gives_tokens(503, refusal("temporarily_unavailable"));
    rotate(&machine, &[]).refused(1, "it is not known whether the provider took the new key");
    let waiting = thumbprint(&machine, "private.next.pem");
    assert_eq!(thumbprint(&machine, "private.pem"), old);
    rotate(&machine, &[]).refused(1, "both keys are kept");
    provider.now_gives_tokens(401, refusal("invalid_client"));
    machine
        .run(&["-o", "GET_ACCESS_TOKEN"])
        .refused(1, "A key rotation is not finished: run -o ROTATE_KEY first");
    let (status, body) = tokens();
    provider.now_gives_tokens(status, body);
    let line: Value = serde_json::from_str(&rotate(&machine, &[]).done()).unwrap();
    assert_eq!(line["status"], "finished");
    assert_eq!(thumbprint(&machine, "private.pem"), waiting);
    assert_eq!(thumbprint(&machine, "private.next.pem"), None);
}

#[test]
fn an_answer_for_another_key_changes_nothing() {
    let provider = FakeProvider::approving();
    let machine = registered(&provider);
    let old = thumbprint(&machine, "private.pem");
    provider.now_takes_keys(
        200,
        json!({ "thumbprint": "another", "replaced_thumbprint": old }),
    );
    rotate(&machine, &[]).refused(1, "the provider answered for another key");
    assert_eq!(thumbprint(&machine, "private.pem"), old);
}

#[test]
fn a_power_cut_between_the_files_is_mended() {
    let provider = FakeProvider::approving();
    let machine = registered(&provider);
    let config = machine.config().join("device.yml");
    let before = machine.read(config.clone());
    provider.now_takes_keys(500, refusal("server_error"));
    rotate(&machine, &["-k", "RSA:2048"]).done();
    // The key has its place, and device.yml not yet.
    fs::copy(
        machine.keys().join("private.pem"),
        machine.keys().join("private.next.pem"),
    )
    .unwrap();
    fs::write(&config, before).unwrap();
    machine
        .run(&["-o", "SIGN", "-m", "a.b"])
        .refused(1, "a key rotation was interrupted; finish it with -o ROTATE_KEY");
    rotate(&machine, &[]).done();
    machine.run(&["-o", "SIGN", "-m", "a.b"]).done();
}
