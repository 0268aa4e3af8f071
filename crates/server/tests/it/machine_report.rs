//! `countersign-device status` and `doctor` of a machine that a running provider knows.

use crate::actors::Machine;
use crate::actors::machine_service::MachineService;
use crate::actors::programs::{device, run};
use crate::actors::wire::text;
use crate::support::{TestServer, free_address};
use serde_json::{Value, json};
use std::process::Command;

/// A subcommand on the files of a machine; `port` is where the signing service is looked for.
fn look(machine: &Machine, subcommand: &str, port: &str) -> Command {
    let mut command = device();
    command.args([subcommand, "--json", "--port", port]);
    command.arg("--config-dir").arg(machine.folder());
    command.arg("--key-dir").arg(machine.folder());
    command
}

fn free_port() -> String {
    free_address().port().to_string()
}

/// How each check ended.
fn found(report: &Value, check: &str) -> Value {
    let findings = report["findings"].as_array().unwrap();
    let finding = findings.iter().find(|finding| finding["check"] == check);
    finding.unwrap_or_else(|| panic!("{check} is not in {report}"))["status"].clone()
}

/// Runs `doctor`, which must find something wrong.
#[track_caller]
fn wrong(machine: &Machine) -> Value {
    let output = look(machine, "doctor", &free_port()).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn status_shows_a_machine_that_is_well() {
    let server = TestServer::start();
    let machine = Machine::register(&server);
    let service = MachineService::signing(&machine);
    let port = service.url("").rsplit_once(':').unwrap().1.to_owned();
    let status = run(&mut look(&machine, "status", &port)).json();
    assert_eq!(status["deviceId"], machine.device_id);
    assert_eq!(status["clientId"], machine.party.client_id);
    let thumbprint = machine.party.key.public().jwk().thumbprint();
    assert_eq!(
        status["key"],
        json!({ "keyType": "RSA:2048", "keySecurity": "default", "thumbprint": thumbprint })
    );
    let provider = &status["provider"];
    assert_eq!(provider["issuer"], machine.issuer());
    for member in ["reachable", "acceptsThisMachine"] {
        assert_eq!(provider[member], true, "{provider}");
    }
    assert_eq!(provider["clockAhead"], 0);
    assert_eq!(
        status["signingService"],
        json!({ "url": service.url(""), "running": true, "registeredCaller": true })
    );

    let well = run(&mut look(&machine, "doctor", &port)).json();
    assert_eq!(well["ok"], true, "{well}");
    for check in [
        "key",
        "private.pem",
        "provider",
        "clock",
        "registration",
        "callers",
        "service",
    ] {
        assert_eq!(found(&well, check), "ok", "{check}: {well}");
    }
    for check in ["tpm", "tls"] {
        assert_eq!(found(&well, check), "skipped", "{check}: {well}");
    }
}

#[test]
fn a_machine_that_was_suspended_is_told_so() {
    let server = TestServer::start();
    let machine = Machine::register(&server);
    server.command(["device", "suspend", &machine.device_id]);
    let status = run(&mut look(&machine, "status", &free_port())).json();
    let provider = &status["provider"];
    assert_eq!(
        (&provider["reachable"], &provider["acceptsThisMachine"]),
        (&json!(true), &json!(false))
    );
    assert!(
        text(provider, "problem").contains("suspended or revoked"),
        "{provider}"
    );
    let report = wrong(&machine);
    assert_eq!(found(&report, "registration"), "failed");
    assert_eq!(found(&report, "provider"), "ok");
}

#[test]
fn a_provider_that_is_gone_is_found() {
    let mut server = TestServer::start();
    let machine = Machine::register(&server);
    server.kill_hard();
    let report = wrong(&machine);
    assert_eq!(found(&report, "provider"), "failed", "{report}");
    assert_eq!(found(&report, "key"), "ok", "{report}");
    let status = run(&mut look(&machine, "status", &free_port())).json();
    assert_eq!(status["provider"]["reachable"], false);
    assert_eq!(status["signingService"]["running"], false);
}

#[test]
fn a_signing_service_of_another_machine_is_found() {
    let server = TestServer::start();
    let (machine, other) = (Machine::register(&server), Machine::register(&server));
    let service = MachineService::signing(&other);
    let port = service.url("").rsplit_once(':').unwrap().1.to_owned();
    let output = look(&machine, "doctor", &port).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (output.status.code(), found(&report, "service")),
        (Some(1), json!("failed")),
        "{report}"
    );
    // The provider's own port is somebody else's too.
    let provider = server.address().port().to_string();
    let output = look(&machine, "doctor", &provider).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found(&report, "service"), "failed", "{report}");
}
