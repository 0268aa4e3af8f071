//! Files of keys in a TPM, read without one.

use std::fs;
use std::path::PathBuf;

use countersign_device::{Tss2Error, Tss2Key};
use countersign_jose::{Jwk, KeyType, PublicKey};
use serde_json::Value;

use crate::world::Machine;

fn fixture(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures");
    fs::read_to_string(folder.join(name)).unwrap()
}

/// A machine whose key file this is.
fn machine(name: &str, key: &str) -> Machine {
    let machine = Machine::new();
    machine.write_config(key);
    fs::create_dir_all(machine.keys()).unwrap();
    fs::write(machine.keys().join("private.pem"), fixture(name)).unwrap();
    machine
}

#[test]
fn the_public_half_of_a_key_in_a_tpm_is_read_from_its_file() {
    for (name, kind) in [("tpm-rsa.pem", KeyType::Rsa2048), ("tpm-p384.pem", KeyType::P384)] {
        let machine = machine(name, &format!("key_security: tpm\nkey_type: {kind}\n"));
        let printed: Value = serde_json::from_str(&machine.run(&["-o", "GET_JWK"]).done()).unwrap();
        let key = PublicKey::from_jwk(&Jwk::parse(&printed).unwrap()).unwrap();
        assert_eq!(key.key_type(), kind);
    }
}

#[test]
fn what_is_written_is_read_as_it_was() {
    for name in ["tpm-rsa.pem", "tpm-p384.pem"] {
        let text = fixture(name);
        let key = Tss2Key::from_pem(&text).unwrap();
        // DER writes TRUE as 0xff (X.690 §11.1); who made the fixture wrote 1.
        assert_eq!(key.to_pem().lines().count(), text.lines().count());
        let made_in = Tss2Key {
            made_in: Some("abc".to_owned()),
            rsa_parent: true,
            ..key.clone()
        };
        for key in [key, made_in] {
            assert_eq!(Tss2Key::from_pem(&key.to_pem()), Ok(key));
        }
    }
}

#[test]
fn a_key_with_a_password_is_refused_by_name() {
    assert_eq!(
        Tss2Key::from_pem(&fixture("tpm-password.pem")),
        Err(Tss2Error::Guarded)
    );
    let machine = machine("tpm-password.pem", "key_security: tpm\nkey_type: ECC:p256\n");
    machine
        .run(&["-o", "GET_JWK"])
        .refused(1, "private.pem: holds a TPM key with a password or a policy");
}

#[test]
fn every_file_that_was_cut_off_is_refused() {
    let whole = Tss2Key::from_pem(&fixture("tpm-rsa.pem")).unwrap().to_pem();
    let lines: Vec<&str> = whole.lines().collect();
    for kept in 1..lines.len() - 1 {
        let mut cut = lines[..kept].join("\n");
        cut.push_str("\n-----END TSS2 PRIVATE KEY-----\n");
        assert!(Tss2Key::from_pem(&cut).is_err(), "{kept} lines");
    }
}

#[test]
fn a_file_and_a_configuration_that_disagree_about_the_tpm_are_refused() {
    machine("tpm-rsa.pem", "key_security: default\nkey_type: RSA:2048\n")
        .run(&["-o", "GET_JWK"])
        .refused(
            1,
            "device.yml says that the key is kept in a file, but private.pem holds one in a TPM",
        );
    machine("tpm-rsa.pem", "key_security: tpm\nkey_type: ECC:p256\n")
        .run(&["-o", "GET_JWK"])
        .refused(1, "says that the key is ECC:p256 but private.pem holds RSA:2048");
}

#[test]
#[cfg(not(feature = "tpm"))]
fn a_program_without_tpm_support_says_how_to_get_it() {
    let text = "built without TPM support; build it with --features tpm";
    machine("tpm-rsa.pem", "key_security: tpm\nkey_type: RSA:2048\n")
        .run(&["-o", "SIGN", "-m", "a.b"])
        .refused(1, text);
    let machine = Machine::new();
    machine
        .init("http://127.0.0.1:1", &["-s", "tpm"])
        .refused(1, text);
    assert!(machine.everything().is_empty());
}
