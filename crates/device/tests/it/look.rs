//! `status` and `doctor`: what they find without a provider of ours. With one, see the tests of the server.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::{Value, json};

use crate::provider::FakeProvider;
use crate::world::{Machine, Ran};

/// A port on which nobody listens.
const NOBODY: &str = "1";

/// A registered machine whose provider is the one of this file.
fn machine_of(host: &str) -> Machine {
    let (provider, machine) = (FakeProvider::approving(), Machine::new());
    machine.init(&provider.host, &["-k", "ECC:p256"]).done();
    let file = machine.config().join("device.yml");
    let text = machine.read(file.clone()).replace(&provider.host, host);
    std::fs::write(file, text).unwrap();
    machine
}

fn machine() -> Machine {
    machine_of("http://127.0.0.1:1")
}

fn report(machine: &Machine) -> (i32, Value) {
    let ran = machine.run(&["doctor", "--json", "--port", NOBODY]);
    let report = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
    (ran.code, report)
}

/// How a check ended, and what was said of it.
fn found(report: &Value, check: &str) -> (String, String) {
    let findings = report["findings"].as_array().unwrap();
    let finding = findings.iter().find(|finding| finding["check"] == check);
    let finding = finding.unwrap_or_else(|| panic!("{check} is not in {report}"));
    let text = |member: &str| finding[member].as_str().unwrap().to_owned();
    (text("status"), text("message"))
}

#[track_caller]
fn fails(machine: &Machine, check: &str, what_to_do: &str) {
    let (code, report) = report(machine);
    assert_eq!((code, &report["ok"]), (1, &json!(false)));
    let (status, message) = found(&report, check);
    assert!(
        status == "failed" && message.contains(what_to_do),
        "{check}: {status}, {message}"
    );
}

fn chmod(path: &Path, mode: u32) {
    std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
}

#[test]
fn a_machine_without_identity_is_told_to_register() {
    let machine = Machine::new();
    machine.run(&["status"]).refused(1, "-o INIT");
    fails(&machine, "device.yml", "-o INIT");
}

#[test]
fn files_that_others_can_read_or_write_are_found() {
    let machine = machine();
    let (key, config) = (
        machine.keys().join("private.pem"),
        machine.config().join("device.yml"),
    );
    chmod(&key, 0o640);
    fails(
        &machine,
        "private.pem",
        &format!("has mode 0640; chmod go-rwx {}", key.display()),
    );
    chmod(&key, 0o600);
    chmod(&config, 0o666);
    fails(
        &machine,
        "device.yml",
        &format!("has mode 0666; chmod go-w {}", config.display()),
    );
    chmod(&config, 0o644);
    // Who can write the folder can put another key in its place.
    chmod(&machine.keys(), 0o777);
    fails(&machine, "key folder", "chmod go-w");
    chmod(&machine.keys(), 0o700);
    let (_, report) = report(&machine);
    for check in [
        "device.yml",
        "folder",
        "key folder",
        "private.pem",
        "key",
        "public.pem",
        "callers",
    ] {
        assert_eq!(found(&report, check).0, "ok", "{report}");
    }
}

#[test]
fn files_that_belong_to_another_user_are_found() {
    if !rustix::process::getuid().is_root() {
        eprintln!("Left out: only root can give a file away.");
        return;
    }
    let machine = machine();
    let owner = rustix::process::Uid::from_raw(65_534);
    std::os::unix::fs::chown(machine.config().join("device.yml"), Some(owner.as_raw()), None).unwrap();
    fails(&machine, "device.yml", "belongs to user 65534");
}

#[test]
fn a_key_that_is_gone_or_is_another_one_is_found() {
    let machine = machine();
    let (private, public) = (
        machine.keys().join("private.pem"),
        machine.keys().join("public.pem"),
    );
    std::fs::write(&public, "something else").unwrap();
    let (_, seen) = report(&machine);
    assert_eq!(found(&seen, "public.pem").0, "warning");
    std::fs::remove_file(private).unwrap();
    fails(&machine, "key", "cannot be read");
}

#[test]
fn settings_that_are_wrong_or_dare_are_found() {
    let machine = machine();
    let settings = machine.config().join("signing-service.toml");
    std::fs::write(&settings, "colour = 1\n").unwrap();
    fails(&machine, "callers", "unknown field `colour`");
    std::fs::write(&settings, "danger_sign_anything = true\n[[caller]]\nuid = 1005\n").unwrap();
    let (_, seen) = report(&machine);
    assert_eq!(found(&seen, "callers").0, "warning");
    std::fs::write(&settings, "[[caller]]\nuid = 1005\n[[caller]]\ngid = 44\n").unwrap();
    let (_, seen) = report(&machine);
    let (status, message) = found(&seen, "callers");
    assert!(
        status == "ok" && message.contains("users 1005") && message.contains("groups 44"),
        "{message}"
    );
}

#[test]
fn a_provider_that_is_not_encrypted_or_not_there_is_found() {
    let machine = machine_of("http://idp.invalid");
    fails(&machine, "tls", "not encrypted");
    fails(&machine, "provider", "cannot reach http://idp.invalid");
    let (_, report) = report(&machine);
    assert_eq!(found(&report, "service").0, "skipped");
}

#[test]
fn a_clock_that_is_off_is_found_and_said_in_seconds() {
    for (ahead, status) in [(0, "ok"), (30, "warning"), (300, "failed")] {
        let machine = machine_of(&provider_with_a_clock(-ahead));
        let (_, report) = report(&machine);
        let (seen, message) = found(&report, "clock");
        assert_eq!(seen, status, "{message}");
        assert_eq!(
            message.contains("ahead of the provider's"),
            ahead > 0,
            "{message}"
        );
    }
    let machine = machine_of(&provider_with_a_clock(300));
    fails(
        &machine,
        "clock",
        "behind the provider's, so it refuses what this machine signs; set the clock",
    );
    let text = machine.run(&["status", "--port", NOBODY]).done();
    assert!(
        text.contains("s behind the provider's") && text.contains("no service on"),
        "{text}"
    );
}

#[test]
fn what_is_wrong_is_marked_for_a_person_and_counted() {
    let machine = machine();
    chmod(&machine.keys().join("private.pem"), 0o644);
    let Ran { code, out, err } = machine.run(&["doctor", "--port", NOBODY]);
    assert_eq!(code, 1);
    assert!(
        out.contains("✗ private.pem") && out.contains("✓ device.yml"),
        "{out}"
    );
    assert!(
        err.contains("2 things are wrong; the lines that begin with ✗ say what to do"),
        "{err}"
    );
}

/// A provider that describes itself and has a clock that is off by so many seconds; answers its address.
fn provider_with_a_clock(off: i64) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let host = format!("http://{}", listener.local_addr().unwrap());
    let body = json!({ "issuer": format!("{host}/oidc") }).to_string();
    // It ends with the process of the tests.
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let head = BufReader::new(&stream).lines();
            let end = head.map_while(Result::ok).find(String::is_empty);
            assert!(end.is_some());
            let time = jiff::Timestamp::now().as_second() + off;
            let time = jiff::Timestamp::from_second(time).unwrap();
            let date = time.strftime("%a, %d %b %Y %H:%M:%S GMT");
            let length = body.len();
            let head = format!(
                "HTTP/1.1 200 OK\r\nDate: {date}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
            );
            // Whoever asks only for the time does not wait for the rest.
            let _ = stream.write_all(format!("{head}{body}").as_bytes());
        }
    });
    host
}
