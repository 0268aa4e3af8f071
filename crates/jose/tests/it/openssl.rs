//! The `openssl` command as another implementation: keys and signatures go both ways.

use std::path::{Path, PathBuf};
use std::process::Command;

use countersign_jose::{Algorithm, KeyType, PrivateKey, public_pem};
use tempfile::TempDir;

use crate::support::{key, skip};

const COMMAND: &str = "/usr/bin/openssl";

/// The command with a folder for its files.
pub(crate) struct OpenSsl(TempDir);

impl OpenSsl {
    /// `None` with a printed sentence where the command does not exist.
    pub(crate) fn find() -> Option<Self> {
        if !Path::new(COMMAND).exists() {
            skip("there is no openssl command");
            return None;
        }
        Some(Self(tempfile::tempdir().unwrap()))
    }

    fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    fn run(&self, arguments: &[&str]) -> (bool, Vec<u8>) {
        let output = Command::new(COMMAND)
            .args(arguments)
            .current_dir(self.0.path())
            .output()
            .unwrap();
        (output.status.success(), output.stdout)
    }

    fn must(&self, arguments: &[&str]) -> Vec<u8> {
        let (success, output) = self.run(arguments);
        assert!(success, "openssl {arguments:?}");
        output
    }

    /// `openssl dgst -sign` over `input`.
    pub(crate) fn sign(&self, key: &PrivateKey, digest: &str, options: &[&str], input: &[u8]) -> Vec<u8> {
        self.file("key.pem", key.to_pem().as_bytes());
        self.file("input", input);
        let arguments = [&["dgst", digest, "-sign", "key.pem"], options, &["input"]].concat();
        self.must(&arguments)
    }
}

const PSS: [&str; 4] = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32"];

#[test]
fn openssl_verifies_our_rsa_signatures_and_we_verify_its() {
    let Some(openssl) = OpenSsl::find() else { return };
    for kind in [KeyType::Rsa2048, KeyType::Rsa3072] {
        for (algorithm, options) in [(Algorithm::Rs256, [].as_slice()), (Algorithm::Ps256, &PSS)] {
            let ours = key(kind).sign(algorithm, b"input").unwrap();
            openssl.file("public.pem", public_pem(key(kind).public()).as_bytes());
            openssl.file("input", b"input");
            openssl.file("signature", &ours);
            let verify = [
                "dgst",
                "-sha256",
                "-verify",
                "public.pem",
                "-signature",
                "signature",
            ];
            openssl.must(&[&verify, options, &["input"]].concat());
            openssl.file("input", b"other");
            assert!(!openssl.run(&[&verify, options, &["input"]].concat()).0);
            let theirs = openssl.sign(key(kind), "-sha256", options, b"input");
            key(kind).public().verify(algorithm, b"input", &theirs).unwrap();
        }
    }
}

#[test]
fn a_pss_salt_of_another_length_is_refused() {
    let Some(openssl) = OpenSsl::find() else { return };
    let rsa = key(KeyType::Rsa2048);
    for salt in ["0", "20", "31", "33", "max"] {
        let salt = format!("rsa_pss_saltlen:{salt}");
        let options = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", &salt];
        let theirs = openssl.sign(rsa, "-sha256", &options, b"input");
        assert!(
            rsa.public().verify(Algorithm::Ps256, b"input", &theirs).is_err(),
            "{salt}"
        );
    }
}

#[test]
fn we_verify_ecdsa_signatures_of_openssl_in_der() {
    let Some(openssl) = OpenSsl::find() else { return };
    for (kind, digest) in [
        (KeyType::P256, "-sha256"),
        (KeyType::P384, "-sha384"),
        (KeyType::P521, "-sha512"),
    ] {
        let theirs = openssl.sign(key(kind), digest, &[], b"input");
        key(kind).public().verify_onesid(b"input", &theirs).unwrap();
        assert!(key(kind).public().verify_onesid(b"other", &theirs).is_err());
    }
}

#[test]
fn openssl_verifies_our_ecdsa_signatures() {
    let Some(openssl) = OpenSsl::find() else { return };
    for (kind, digest) in [
        (KeyType::P256, "-sha256"),
        (KeyType::P384, "-sha384"),
        (KeyType::P521, "-sha512"),
    ] {
        let raw = key(kind)
            .sign(key(kind).public().natural_algorithm(), b"input")
            .unwrap();
        openssl.file("public.pem", public_pem(key(kind).public()).as_bytes());
        openssl.file("input", b"input");
        openssl.file("signature", &der_of(&raw));
        openssl.must(&[
            "dgst",
            digest,
            "-verify",
            "public.pem",
            "-signature",
            "signature",
            "input",
        ]);
    }
}

#[test]
fn ed25519_signatures_go_both_ways() {
    let Some(openssl) = OpenSsl::find() else { return };
    let ed = key(KeyType::Ed25519);
    openssl.file("key.pem", ed.to_pem().as_bytes());
    openssl.file("public.pem", public_pem(ed.public()).as_bytes());
    openssl.file("input", b"input");
    openssl.file("signature", &ed.sign(Algorithm::EdDsa, b"input").unwrap());
    let verify = ["pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "public.pem"];
    openssl.must(&[verify.as_slice(), &["-in", "input", "-sigfile", "signature"]].concat());
    let theirs = openssl.must(&["pkeyutl", "-sign", "-rawin", "-inkey", "key.pem", "-in", "input"]);
    ed.public().verify(Algorithm::EdDsa, b"input", &theirs).unwrap();
}

#[test]
fn we_read_every_private_key_form_that_openssl_writes() {
    let Some(openssl) = OpenSsl::find() else { return };
    for (arguments, kind) in [
        (
            ["ecparam", "-genkey", "-name", "prime256v1"].as_slice(),
            KeyType::P256,
        ),
        (
            &["ecparam", "-genkey", "-noout", "-name", "secp384r1"],
            KeyType::P384,
        ),
        (&["ecparam", "-genkey", "-name", "secp521r1"], KeyType::P521),
        (
            &[
                "genpkey",
                "-quiet",
                "-algorithm",
                "EC",
                "-pkeyopt",
                "ec_paramgen_curve:P-521",
            ],
            KeyType::P521,
        ),
        (&["genpkey", "-quiet", "-algorithm", "ED25519"], KeyType::Ed25519),
        (
            &[
                "genpkey",
                "-quiet",
                "-algorithm",
                "RSA",
                "-pkeyopt",
                "rsa_keygen_bits:2048",
            ],
            KeyType::Rsa2048,
        ),
        (&["genrsa", "-traditional", "2048"], KeyType::Rsa2048),
    ] {
        let text = String::from_utf8(openssl.must(arguments)).unwrap();
        let read = PrivateKey::from_pem(&text).unwrap();
        assert_eq!(read.key_type(), kind);
        openssl.file("theirs.pem", text.as_bytes());
        let public = openssl.must(&["pkey", "-in", "theirs.pem", "-pubout"]);
        assert_eq!(public_pem(read.public()).as_bytes(), public);
    }
}

#[test]
fn openssl_keys_outside_the_closed_set_are_refused() {
    let Some(openssl) = OpenSsl::find() else { return };
    for arguments in [
        ["genpkey", "-quiet", "-algorithm", "ED448"].as_slice(),
        &["genpkey", "-quiet", "-algorithm", "X25519"],
        &["ecparam", "-genkey", "-name", "secp256k1"],
        &[
            "genpkey",
            "-quiet",
            "-algorithm",
            "EC",
            "-pkeyopt",
            "ec_paramgen_curve:secp224r1",
        ],
        &[
            "genpkey",
            "-quiet",
            "-algorithm",
            "RSA",
            "-pkeyopt",
            "rsa_keygen_bits:1024",
        ],
        &["genrsa", "-traditional", "-3", "2048"],
        &["genrsa", "-aes128", "-passout", "pass:secret", "2048"],
        &[
            "genrsa",
            "-traditional",
            "-aes128",
            "-passout",
            "pass:secret",
            "2048",
        ],
    ] {
        let text = String::from_utf8(openssl.must(arguments)).unwrap();
        assert!(PrivateKey::from_pem(&text).is_err(), "{arguments:?}");
    }
}

/// r‖s as DER, written without the library.
fn der_of(raw: &[u8]) -> Vec<u8> {
    let number = |bytes: &[u8]| {
        let digits: Vec<u8> = bytes.iter().copied().skip_while(|byte| *byte == 0).collect();
        let sign = if digits[0] >= 0x80 { vec![0] } else { Vec::new() };
        let len = u8::try_from(sign.len() + digits.len()).unwrap();
        [vec![2, len], sign, digits].concat()
    };
    let body = [number(&raw[..raw.len() / 2]), number(&raw[raw.len() / 2..])].concat();
    let len = u8::try_from(body.len()).unwrap();
    let header = if len < 0x80 {
        vec![0x30, len]
    } else {
        vec![0x30, 0x81, len]
    };
    [header, body].concat()
}
