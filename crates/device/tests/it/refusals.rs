//! What leaves nothing behind.

use std::io::{BufRead, BufReader, Read};

use serde_json::{Value, json};

use crate::provider::{FakeProvider, approved, pending};
use crate::world::{Machine, Ran};

#[track_caller]
fn refused(statuses: Vec<(u16, Value)>, more: &[&str], text: &str) -> Ran {
    let (provider, machine) = (FakeProvider::answering(statuses), Machine::new());
    let ran = machine.init(&provider.host, &[&["-k", "ECC:p256"], more].concat());
    ran.refused(1, text);
    assert_eq!(machine.everything(), Vec::<std::path::PathBuf>::new());
    ran
}

#[test]
fn a_rejected_registration_says_why_and_leaves_nothing() {
    let rejected = (
        200,
        json!({ "status": "rejected", "reason": "unknown\u{1b}[2J machine" }),
    );
    let ran = refused(
        vec![pending(), rejected],
        &["--json"],
        "was rejected (unknown?[2J machine)",
    );
    let last: Value = serde_json::from_str(ran.out.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&last["status"], &last["reason"]),
        (&json!("rejected"), &json!("unknown?[2J machine"))
    );
}

#[test]
fn a_registration_that_the_provider_forgot_fails_at_once() {
    let gone = (
        404,
        json!({ "error": "not_found", "error_description": "no such registration" }),
    );
    refused(vec![gone], &[], "does not know this registration any more");
}

#[test]
fn a_status_that_nobody_promised_fails_at_once() {
    let odd = (
        403,
        json!({ "error": "access_denied", "error_description": "not from here" }),
    );
    refused(
        vec![odd],
        &[],
        "answered 403 Forbidden (access_denied: not from here); try again later, or ask",
    );
    refused(
        vec![(200, json!({ "status": "error" }))],
        &[],
        "not the expected JSON",
    );
    refused(
        vec![(200, json!({ "status": "approved" }))],
        &[],
        "without deviceId and clientId",
    );
}

#[test]
fn a_wait_that_is_over_leaves_nothing() {
    refused(vec![pending()], &["--wait", "0.05"], "nobody decided within");
}

#[test]
fn a_registration_that_is_not_answered_with_201_is_not_waited_for() {
    let error = json!({ "error": "invalid_request", "error_description": "unknown domain" });
    for (status, body, text) in [
        (
            400,
            error,
            "answered 400 Bad Request (invalid_request: unknown domain); check the domain",
        ),
        (
            200,
            json!({ "verification_code": "K7QX-2M4D" }),
            "answered 200 OK",
        ),
        (302, json!({}), "answered 302 Found"),
        (
            201,
            json!({ "verification_code": "../../oidc/token" }),
            "verification code that cannot be used",
        ),
        (201, json!({ "code": "x" }), "not the expected JSON"),
    ] {
        let provider = FakeProvider::approving().registering(status, body);
        let machine = Machine::new();
        machine.init(&provider.host, &["-k", "ECC:p256"]).refused(1, text);
        assert_eq!(provider.polls(), 0);
        assert!(machine.everything().is_empty());
    }
}

#[test]
fn a_provider_that_cannot_be_reached_is_told_and_leaves_nothing() {
    let machine = Machine::new();
    // Bound and let go again: nobody listens there.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let ran = machine.init(&format!("http://127.0.0.1:{port}"), &["-k", "ECC:p256"]);
    ran.refused(
        1,
        &format!("cannot reach http://127.0.0.1:{port}/devices/registration: "),
    );
    assert!(machine.everything().is_empty());
}

#[cfg(unix)]
#[test]
fn an_interrupted_registration_leaves_nothing() {
    use rustix::process::{Pid, Signal, kill_process};
    for signal in [Signal::INT, Signal::TERM] {
        let (provider, machine) = (FakeProvider::answering(vec![pending()]), Machine::new());
        let mut child = machine.start_init(&provider.host, &["-k", "ECC:p256"]);
        let mut progress = BufReader::new(child.stderr.take().unwrap());
        let mut text = String::new();
        progress.read_line(&mut text).unwrap();
        assert!(text.starts_with("Waiting"), "{text}");
        while provider.polls() == 0 {
            std::thread::yield_now();
        }
        kill_process(Pid::from_child(&child), signal).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(1));
        progress.read_to_string(&mut text).unwrap();
        assert!(text.contains("error: interrupted; nothing was written"), "{text}");
        assert!(machine.everything().is_empty());
    }
}

#[test]
fn an_identity_is_not_overwritten_without_force() {
    let (provider, machine) = (FakeProvider::approving(), Machine::new());
    machine.init(&provider.host, &["-k", "ECC:p256"]).done();
    let before = machine.read(machine.keys().join("private.pem"));
    for more in [&[][..], &["--force", "false"][..]] {
        let provider = FakeProvider::approving();
        let ran = machine.init(&provider.host, &[&["-k", "ECC:p256"], more].concat());
        ran.refused(1, "device.yml exists already; add --force");
        assert_eq!(provider.polls(), 0);
    }
    assert_eq!(machine.read(machine.keys().join("private.pem")), before);
}

#[test]
fn with_force_the_old_identity_survives_a_rejection() {
    let (provider, machine) = (FakeProvider::approving(), Machine::new());
    machine.init(&provider.host, &["-k", "ECC:p256"]).done();
    let files = [
        machine.config().join("device.yml"),
        machine.keys().join("private.pem"),
        machine.keys().join("public.pem"),
    ];
    let before = files.clone().map(|file| machine.read(file));
    let provider = FakeProvider::answering(vec![(200, json!({ "status": "rejected" }))]);
    machine
        .init(&provider.host, &["-k", "ECC:p256", "--force"])
        .refused(1, "the registration was rejected; ask");
    assert_eq!(files.map(|file| machine.read(file)), before);
}

#[test]
fn an_identity_that_appears_while_waiting_is_not_overwritten() {
    let (provider, machine) = (FakeProvider::answering(vec![pending()]), Machine::new());
    let mut child = machine.start_init(&provider.host, &["-k", "ECC:p256"]);
    while provider.polls() == 0 {
        std::thread::yield_now();
    }
    std::fs::create_dir_all(machine.config()).unwrap();
    std::fs::write(machine.config().join("device.yml"), "of somebody else").unwrap();
    provider.now_answers(vec![approved()]);
    assert_eq!(child.wait().unwrap().code(), Some(1));
    let mut err = String::new();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    assert!(
        err.contains("its identity was not written") && err.contains("exists already"),
        "{err}"
    );
    assert_eq!(
        machine.read(machine.config().join("device.yml")),
        "of somebody else"
    );
    assert!(
        !machine.keys().exists(),
        "the key that was placed first is taken back"
    );
}

#[test]
fn with_force_the_old_key_is_put_back_when_the_new_identity_cannot_be_written_whole() {
    let (provider, machine) = (FakeProvider::approving(), Machine::new());
    machine.init(&provider.host, &["-k", "ECC:p256"]).done();
    let files = [
        machine.keys().join("private.pem"),
        machine.keys().join("public.pem"),
    ];
    let before = files.clone().map(|file| machine.read(file));
    let device_yml = machine.config().join("device.yml");
    std::fs::remove_file(&device_yml).unwrap();
    std::fs::create_dir(&device_yml).unwrap();
    let provider = FakeProvider::approving();
    let ran = machine.init(&provider.host, &["-k", "ECC:p256", "--force"]);
    ran.refused(1, "Ask an operator to revoke that device");
    assert_eq!(files.map(|file| machine.read(file)), before);
    assert_eq!(std::fs::read_dir(machine.keys()).unwrap().count(), 2);
    #[cfg(unix)]
    assert_eq!(machine.mode(machine.keys().join("private.pem")), 0o600);
}

#[test]
fn a_folder_that_cannot_be_written_is_found_before_anybody_is_asked() {
    let (provider, machine) = (FakeProvider::approving(), Machine::new());
    std::fs::create_dir_all(machine.config().parent().unwrap()).unwrap();
    std::fs::write(machine.config(), "a file where the folder should be").unwrap();
    machine
        .init(&provider.host, &["-k", "ECC:p256"])
        .refused(1, "cannot write");
    assert_eq!(provider.polls(), 0);
}

#[test]
fn an_unencrypted_provider_elsewhere_is_refused_unless_the_danger_is_named() {
    let machine = Machine::new();
    let ran = machine.init("http://idp.example.com", &[]);
    ran.refused(1, "http://idp.example.com is not encrypted");
    assert!(ran.err.contains("--danger-allow-http"));
}
