//! INIT from key to files.

use countersign_jose::{Jwk, PublicKey, base64url};
use serde_json::{Value, json};

use crate::provider::{CLIENT_ID, CODE, DEVICE_ID, FakeProvider, approved, pending};
use crate::world::Machine;

#[test]
fn every_key_type_registers_and_its_signatures_verify_with_the_published_key() {
    for (key_type, alg) in [
        ("RSA:2048", "RS256"),
        ("RSA:3072", "RS256"),
        ("ECC:p256", "ES256"),
        ("ECC:p384", "ES384"),
        ("ECC:p521", "ES512"),
    ] {
        let (provider, machine) = (FakeProvider::approving(), Machine::new());
        machine.init(&provider.host, &["-k", key_type]).done();

        let sent: Value = serde_json::from_slice(&provider.body("/devices/registration")).unwrap();
        let published = &sent["publicKey"]["keys"][0];
        assert_eq!(published["alg"], alg);
        assert!(
            published.get("kid").is_none() && published.get("use").is_none() && published.get("d").is_none()
        );

        let signature = machine.run(&["-o", "SIGN", "-m", "header.payload"]).done();
        let signature = base64url::decode(signature.trim_end()).unwrap();
        let key = PublicKey::from_jwk(&Jwk::parse(published).unwrap()).unwrap();
        assert_eq!(key.key_type().to_string(), key_type);
        key.verify(alg.parse().unwrap(), b"header.payload", &signature)
            .unwrap();
        key.verify(alg.parse().unwrap(), b"header.payloae", &signature)
            .unwrap_err();
        assert!(
            machine
                .read(machine.config().join("device.yml"))
                .contains(&format!("key_type: {key_type}\n"))
        );
    }
}

#[test]
fn the_registration_has_exactly_the_nine_members_of_the_documented_tool() {
    let (provider, machine) = (FakeProvider::approving(), Machine::new());
    machine
        .init(
            &provider.host,
            &[
                "-t",
                "ServerName",
                "-l",
                "Bangkok",
                "-r",
                "SERVER",
                "-k",
                "ECC:p256",
            ],
        )
        .done();
    let (headers, body) = provider.request("/devices/registration");
    assert_eq!(headers["content-type"], "application/json");
    let mut sent: Value = serde_json::from_slice(&body).unwrap();
    let uname = rustix::system::uname();
    assert!(sent["systemMemory"].as_u64().unwrap() > 1024 * 1024);
    sent["systemMemory"] = json!(0);
    let jwk: Value = serde_json::from_str(&machine.run(&["-o", "GET_JWK"]).done()).unwrap();
    assert_eq!(
        sent,
        json!({
            "publicKey": { "keys": [jwk] },
            "title": "ServerName",
            "location": "Bangkok",
            "domain": "onesid1.com",
            "role": "server",
            "operatingSystem": uname.sysname().to_str().unwrap(),
            "operatingSystemRelease": uname.release().to_str().unwrap(),
            "systemArchitecture": uname.machine().to_str().unwrap(),
            "systemMemory": 0,
        })
    );
}

#[test]
fn without_options_the_machine_is_a_desktop_at_an_undefined_place() {
    let (provider, machine) = (FakeProvider::approving(), Machine::new());
    machine.init(&provider.host, &[]).done();
    let sent: Value = serde_json::from_slice(&provider.body("/devices/registration")).unwrap();
    assert_eq!(
        (&sent["role"], &sent["location"]),
        (&json!("desktop"), &json!("Undefined"))
    );
    assert!(sent["title"].as_str().unwrap().starts_with("DESKTOP"), "{sent}");
    assert_eq!(sent["publicKey"]["keys"][0]["kty"], "RSA");
}

#[test]
fn the_machine_prints_the_code_and_the_fingerprint_that_the_operator_sees() {
    let (provider, machine) = (FakeProvider::approving(), Machine::new());
    let out = machine.init(&provider.host, &["-k", "ECC:p256"]).done();
    let sent: Value = serde_json::from_slice(&provider.body("/devices/registration")).unwrap();
    let thumbprint = Jwk::parse(&sent["publicKey"]["keys"][0]).unwrap().thumbprint();
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines[0], format!("Verification code: {CODE}"));
    assert_eq!(lines[1], format!("Key fingerprint:   {thumbprint}"));
    assert!(
        lines[2].contains("onesid1.com must see the same code and the same fingerprint"),
        "{out}"
    );
    assert!(
        out.contains(&format!("device {DEVICE_ID} with client id {CLIENT_ID}")),
        "{out}"
    );
    assert!(!out.contains('\u{1b}'), "colours belong on a terminal: {out}");
}

#[test]
fn json_is_one_line_when_pending_and_one_when_decided() {
    let (provider, machine) = (FakeProvider::approving(), Machine::new());
    let out = machine.init(&provider.host, &["-k", "ECC:p256", "--json"]).done();
    let lines: Vec<Value> = out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let thumbprint = lines[0]["thumbprint"].as_str().unwrap();
    assert_eq!(thumbprint.len(), 43);
    let pending = json!({ "status": "pending", "verificationCode": CODE, "thumbprint": thumbprint });
    let approved = json!({
        "status": "approved", "verificationCode": CODE, "thumbprint": thumbprint,
        "deviceId": DEVICE_ID, "clientId": CLIENT_ID,
    });
    assert_eq!(lines, [pending, approved]);
}

#[test]
fn the_files_have_the_formats_and_modes_of_the_documented_tool() {
    let (provider, machine) = (FakeProvider::approving(), Machine::new());
    machine
        .init(&provider.host, &["-t", "web-1", "-r", "server"])
        .done();
    let private = machine.read(machine.keys().join("private.pem"));
    let public = machine.read(machine.keys().join("public.pem"));
    assert!(private.starts_with("-----BEGIN RSA PRIVATE KEY-----"));
    assert!(public.starts_with("-----BEGIN PUBLIC KEY-----"));

    let yml = machine.read(machine.config().join("device.yml"));
    let initiated_on = yml
        .lines()
        .find_map(|line| line.strip_prefix("initiated_on: "))
        .unwrap();
    let shape: String = initiated_on
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    assert_eq!(shape, "'0000-00-00 00:00:00.000000'");
    assert_eq!(
        yml.replace(initiated_on, "NOW"),
        format!(
            "client_id: {CLIENT_ID}\nconfig_version: 0.0.3\ndomain: onesid1.com\nhost: {}\nid: {DEVICE_ID}\n\
             initiated_on: NOW\nis_managed: true\nkey_security: default\nkey_type: RSA:2048\nlocation: Undefined\n\
             role: server\ntitle: web-1\n",
            provider.host
        )
    );
    #[cfg(unix)]
    assert_eq!(
        [
            machine.mode(machine.keys()),
            machine.mode(machine.keys().join("private.pem")),
            machine.mode(machine.keys().join("public.pem")),
            machine.mode(machine.config().join("device.yml")),
        ],
        [0o700, 0o600, 0o644, 0o644]
    );
    let mut names: Vec<_> = std::fs::read_dir(machine.keys())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["private.pem", "public.pem"]);
}

#[test]
fn an_elliptic_curve_key_is_kept_as_pkcs8() {
    let (provider, machine) = (FakeProvider::approving(), Machine::new());
    machine.init(&provider.host, &["-k", "ecc:P521"]).done();
    assert!(
        machine
            .read(machine.keys().join("private.pem"))
            .starts_with("-----BEGIN PRIVATE KEY-----")
    );
}

#[test]
fn a_provider_in_passing_trouble_is_asked_again() {
    let provider = FakeProvider::answering(vec![
        (
            503,
            json!({ "error": "temporarily_unavailable", "error_description": "come back" }),
        ),
        (
            502,
            json!({ "error": "server_error", "error_description": "gateway" }),
        ),
        (500, json!("not an error body")),
        pending(),
        approved(),
    ]);
    let machine = Machine::new();
    let ran = machine.init(&provider.host, &["-k", "ECC:p256"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(provider.polls(), 5);
    assert!(
        ran.err
            .contains("answered 503 Service Unavailable (temporarily_unavailable: come back); trying again")
    );
    assert!(ran.err.contains("Waiting at most 33 min 20 s"), "{}", ran.err);
}

#[test]
fn a_provider_that_asks_for_patience_is_not_asked_again_before() {
    let slower = (
        429,
        json!({ "error": "too_many_requests", "error_description": "slower" }),
    );
    let provider = FakeProvider::answering(vec![slower, pending(), approved()]);
    let machine = Machine::new();
    let ran = machine.init(&provider.host, &["-k", "ECC:p256", "--wait", "0.2"]);
    // `Retry-After: 3600` is longer than the wait, so that only the last look at its end is left.
    ran.refused(1, "nobody decided within");
    assert_eq!(provider.polls(), 2);
}

#[test]
fn quiet_says_nothing_on_standard_error() {
    let (provider, machine) = (FakeProvider::approving(), Machine::new());
    let ran = machine.init(&provider.host, &["-k", "ECC:p256", "--quiet"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
}

#[test]
fn force_replaces_the_identity_once_the_new_one_is_approved() {
    let (provider, machine) = (FakeProvider::approving(), Machine::new());
    machine
        .init(&provider.host, &["-k", "ECC:p256", "-t", "old"])
        .done();
    let old = machine.read(machine.keys().join("private.pem"));
    // The documented tool wants a value; ours also goes without.
    for (force, title) in [(&["-f", "True"][..], "new"), (&["--force"][..], "newer")] {
        let provider = FakeProvider::approving();
        machine
            .init(
                &provider.host,
                &[force, &["-k", "ECC:p384", "-t", title]].concat(),
            )
            .done();
        assert_ne!(machine.read(machine.keys().join("private.pem")), old);
        assert!(
            machine
                .read(machine.config().join("device.yml"))
                .contains(&format!("title: {title}\n"))
        );
    }
}
