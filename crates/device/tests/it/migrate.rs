//! MIGRATE: files of the tool before this one, of every age.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use countersign_jose::{KeyType, PrivateKey, public_pem};
use serde_json::Value;

use crate::peers;
use crate::provider::{CLIENT_ID, DEVICE_ID};
use crate::world::{Machine, Ran};

/// A machine with these files of the old tool.
fn old(config: &str, private_pem: &str) -> Machine {
    let machine = Machine::new();
    fs::create_dir_all(machine.config()).unwrap();
    fs::create_dir_all(machine.keys()).unwrap();
    fs::write(machine.config().join("device.yml"), config).unwrap();
    fs::write(machine.keys().join("private.pem"), private_pem).unwrap();
    machine
}

fn migrate(machine: &Machine, more: &[&str]) -> Ran {
    // No other identity of whoever runs the tests.
    let mut command: Command = machine.command(&[&["-o", "MIGRATE"], more].concat());
    command.env("HOME", machine.dir.path());
    Ran::of(&command.output().unwrap())
}

fn device_yml(machine: &Machine) -> PathBuf {
    machine.config().join("device.yml")
}

fn backup(machine: &Machine) -> String {
    machine.read(machine.config().join("device.yml.before-migration"))
}

fn format_0_0_2(key_type: &str) -> String {
    format!(
        "clientId: {CLIENT_ID}\nconfigVersion: 0.0.2\ndeviceType: SERVER\ndomain: onesid1.com\n\
         host: https://identity.pantherx.org/\nid: {DEVICE_ID}\ninitiatedOn: 2021-05-05 10:11:12.131415\n\
         isManaged: 'true'\nkeySecurity: DEFAULT\nkeyType: {key_type}\n"
    )
}

fn format_0_0_3() -> String {
    format!(
        "client_id: {CLIENT_ID}\nconfig_version: 0.0.3\ndomain: onesid1.com\nhost: https://idp.example.com\nid: {DEVICE_ID}\n\
         initiated_on: 2025-01-31 09:05:00.000001\nis_managed: true\nkey_security: DEFAULT\nkey_type: RSA:2048\n\
         location: Bangkok\nrole: SERVER\ntitle: web-1\n"
    )
}

#[test]
fn a_camel_case_file_becomes_format_0_0_3_and_is_kept_beside_it() {
    let key = PrivateKey::generate(KeyType::Rsa2048).unwrap();
    let machine = old(&format_0_0_2("RSA:2048"), &key.to_pem());
    migrate(&machine, &["-t", "web-1", "-l", "Bangkok"]).done();
    assert_eq!(
        machine.read(device_yml(&machine)),
        format!(
            "client_id: {CLIENT_ID}\nconfig_version: 0.0.3\ndomain: onesid1.com\nhost: https://identity.pantherx.org\n\
             id: {DEVICE_ID}\ninitiated_on: '2021-05-05 10:11:12.131415'\nis_managed: true\nkey_security: default\n\
             key_type: RSA:2048\nlocation: Bangkok\nrole: server\ntitle: web-1\n"
        )
    );
    assert_eq!(backup(&machine), format_0_0_2("RSA:2048"));
    assert_eq!(
        machine.read(machine.keys().join("public.pem")),
        public_pem(key.public())
    );
    machine.run(&["-o", "SIGN", "-m", "a.b"]).done();
    let again = migrate(&machine, &[]).done();
    assert!(again.contains("There is nothing to migrate."), "{again}");
}

#[test]
fn a_file_of_today_with_upper_case_words_and_a_bare_date_is_read_too() {
    let key = PrivateKey::generate(KeyType::Rsa2048).unwrap();
    let machine = old(&format_0_0_3(), &key.to_pem());
    migrate(&machine, &[]).done();
    let text = machine.read(device_yml(&machine));
    assert!(
        text.contains("initiated_on: '2025-01-31 09:05:00.000001'\n"),
        "{text}"
    );
    assert!(
        text.contains("role: server\n") && text.contains("key_security: default\n"),
        "{text}"
    );
}

#[test]
fn a_key_of_every_form_is_read_and_written_in_ours() {
    if !peers::are_here(&["openssl"], "openssl") {
        return;
    }
    for (kind, options) in [
        ("ECC:p256", ["-name", "prime256v1"]),
        ("ECC:p384", ["-name", "secp384r1"]),
        ("ECC:p521", ["-name", "secp521r1"]),
    ] {
        let made = Command::new("openssl")
            .args(["ecparam", "-genkey", "-noout"])
            .args(options)
            .output()
            .unwrap();
        let sec1 = String::from_utf8(made.stdout).unwrap();
        assert!(sec1.starts_with("-----BEGIN EC PRIVATE KEY-----"), "{sec1}");
        let key = PrivateKey::from_pem(&sec1).unwrap();
        let machine = old(&format_0_0_2(kind), &sec1);
        migrate(&machine, &[]).done();
        let private = machine.keys().join("private.pem");
        assert_eq!(machine.read(private.clone()), *key.to_pem());
        assert_eq!(
            machine.read(machine.keys().join("private.pem.before-migration")),
            sec1
        );
        #[cfg(unix)]
        assert_eq!(
            machine.mode(machine.keys().join("private.pem.before-migration")),
            0o600
        );
    }
}

#[test]
fn a_file_of_a_key_in_a_tpm_stays_as_it_was_written() {
    let blob = include_str!("fixtures/tpm-rsa.pem");
    let machine = old(&format_0_0_2("RSA:2048").replace("DEFAULT", "TPM"), blob);
    migrate(&machine, &[]).done();
    assert_eq!(machine.read(machine.keys().join("private.pem")), blob);
    let config = machine.read(device_yml(&machine));
    assert!(config.contains("key_security: tpm\n"), "{config}");
    assert!(
        machine
            .read(machine.keys().join("public.pem"))
            .contains("PUBLIC KEY")
    );
}

#[test]
fn check_says_what_would_be_done_and_changes_nothing() {
    let key = PrivateKey::generate(KeyType::P256).unwrap();
    let machine = old(&format_0_0_2("ECC:p256"), &key.to_pem());
    let said = migrate(&machine, &["--check"]).done();
    assert!(
        said.contains("device.yml.before-migration keeps what was there before"),
        "{said}"
    );
    assert!(said.contains("private.pem is in its new form already"), "{said}");
    assert!(said.contains("Nothing was changed"), "{said}");
    assert_eq!(machine.read(device_yml(&machine)), format_0_0_2("ECC:p256"));
    assert!(!machine.keys().join("public.pem").exists());
    let lines = migrate(&machine, &["--check", "--json"]).done();
    for line in lines.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert!(line["path"].is_string() && line["what"].is_string());
    }
}

#[test]
fn what_does_not_fit_together_is_refused_and_left_alone() {
    let key = PrivateKey::generate(KeyType::P256).unwrap();
    let other = PrivateKey::generate(KeyType::P256).unwrap();
    let good = format_0_0_2("ECC:p256");
    let without = |line: &str| {
        good.lines()
            .filter(|have| !have.starts_with(line))
            .map(|have| format!("{have}\n"))
            .collect::<String>()
    };
    for (config, text) in [
        (
            format_0_0_2("RSA:2048"),
            "says that the key is RSA:2048, but private.pem holds ECC:p256",
        ),
        (
            without("clientId"),
            "it is from before machines were OAuth clients",
        ),
        (without("domain"), "add the organisation's domain with -dn DOMAIN"),
        (
            good.replace(CLIENT_ID, "V1StGXR8_Z5jdHi6B-myT"),
            "`client_id` is not a UUID",
        ),
        ("- a\n- b\n".to_owned(), "cannot be read as YAML"),
    ] {
        let machine = old(&config, &key.to_pem());
        migrate(&machine, &[]).refused(1, text);
        assert_eq!(machine.read(device_yml(&machine)), config);
    }
    let machine = old(&good, &key.to_pem());
    fs::write(machine.keys().join("public.pem"), public_pem(other.public())).unwrap();
    migrate(&machine, &[]).refused(1, "public.pem: is not the public half of private.pem");
    let machine = old(&good, &key.to_pem());
    let jwk = serde_json::to_string(other.public().jwk()).unwrap();
    fs::write(machine.keys().join("public_jwk.json"), jwk).unwrap();
    migrate(&machine, &[]).refused(1, "public_jwk.json: is not the public half of private.pem");
}

#[test]
fn the_folder_of_the_first_versions_is_found_and_left_as_it_is() {
    let key = PrivateKey::generate(KeyType::P521).unwrap();
    let machine = Machine::new();
    let legacy = machine.dir.path().join(".config/device");
    fs::create_dir_all(&legacy).unwrap();
    fs::write(legacy.join("device.yml"), format_0_0_2("ECC:p521")).unwrap();
    fs::write(legacy.join("private.pem"), key.to_pem().as_bytes()).unwrap();
    // The old tool's label for P-521.
    let jwk = serde_json::to_string(
        &key.public()
            .jwk()
            .clone()
            .with_alg(key.public().natural_algorithm()),
    );
    fs::write(
        legacy.join("public_jwk.json"),
        jwk.unwrap().replace("ES512", "ES521"),
    )
    .unwrap();
    migrate(&machine, &[]).done();
    assert_eq!(machine.read(machine.keys().join("private.pem")), *key.to_pem());
    assert_eq!(machine.read(legacy.join("device.yml")), format_0_0_2("ECC:p521"));
    machine.run(&["-o", "GET_JWK"]).done();
}

#[test]
fn an_older_backup_is_never_overwritten() {
    let key = PrivateKey::generate(KeyType::P256).unwrap();
    let machine = old(&format_0_0_2("ECC:p256"), &key.to_pem());
    fs::write(machine.config().join("device.yml.before-migration"), "older").unwrap();
    migrate(&machine, &[]).done();
    assert_eq!(backup(&machine), "older");
    let second = machine.read(machine.config().join("device.yml.before-migration.2"));
    assert_eq!(second, format_0_0_2("ECC:p256"));
}

#[test]
fn without_files_there_is_nothing_to_migrate() {
    let machine = Machine::new();
    migrate(&machine, &[]).refused(1, "there is no identity here to migrate");
    assert!(machine.everything().is_empty());
}
