//! Keys in a TPM 2.0, on a real one in software.

use std::fs;
use std::path::Path;
use std::process::Command;

use countersign_device::Tss2Key;
use countersign_jose::{Jwk, PublicKey, UnverifiedJws};
use serde_json::Value;

use crate::peers;
use crate::provider::FakeProvider;
use crate::soft_tpm::SoftTpm;
use crate::world::{Machine, Ran};

const MESSAGE: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJtZSJ9";
const KINDS: [(&str, &str); 3] = [
    ("RSA:2048", "RS256"),
    ("ECC:p256", "ES256"),
    ("ECC:p384", "ES384"),
];

/// TPM 2.0 Library part 2 §8.3.
const FIXED_TPM: u32 = 1 << 1;
const FIXED_PARENT: u32 = 1 << 4;
const SENSITIVE_DATA_ORIGIN: u32 = 1 << 5;
const RESTRICTED: u32 = 1 << 16;
const DECRYPT: u32 = 1 << 17;
const SIGN: u32 = 1 << 18;

/// The program with its TPM here; the software stack itself stays silent, so that only our words are read.
fn on(tcti: &str, mut command: Command) -> Ran {
    command
        .env("COUNTERSIGN_TPM_TCTI", tcti)
        .env("TSS2_LOG", "all+NONE");
    Ran::of(&command.output().unwrap())
}

/// A machine that registered with a key in the TPM.
fn registered(tpm: &SoftTpm, provider: &FakeProvider, kind: &str) -> Machine {
    let machine = Machine::new();
    init(&machine, &tpm.tcti(), provider, kind).done();
    machine
}

fn init(machine: &Machine, tcti: &str, provider: &FakeProvider, kind: &str) -> Ran {
    let options = [
        "-o",
        "INIT",
        "-a",
        &provider.host,
        "-dn",
        "onesid1.com",
        "-s",
        "TPM",
        "-k",
        kind,
        "--poll-interval",
        "0.01",
    ];
    on(tcti, machine.command(&options))
}

fn sign(machine: &Machine, tcti: &str) -> Ran {
    on(tcti, machine.command(&["-o", "SIGN", "-m", MESSAGE]))
}

fn jwk(machine: &Machine) -> Jwk {
    let printed = machine.run(&["-o", "GET_JWK"]).done();
    Jwk::parse(&serde_json::from_str::<Value>(&printed).unwrap()).unwrap()
}

#[test]
fn a_key_of_every_kind_registers_signs_and_gets_a_token_from_inside_the_tpm() {
    let Some(tpm) = SoftTpm::start() else { return };
    for (kind, algorithm) in KINDS {
        let provider = FakeProvider::approving();
        let machine = registered(&tpm, &provider, kind);
        let config = machine.read(machine.config().join("device.yml"));
        assert!(config.contains("key_security: tpm\n"), "{config}");
        assert!(config.contains(&format!("key_type: {kind}\n")), "{config}");

        let signature = sign(&machine, &tpm.tcti()).done();
        let public_pem = machine.keys().join("public.pem");
        peers::verify(&public_pem, algorithm, MESSAGE, signature.trim());

        on(&tpm.tcti(), machine.command(&["-o", "GET_ACCESS_TOKEN"])).done();
        let form = provider.form("/oidc/token");
        let key = PublicKey::from_jwk(&jwk(&machine)).unwrap();
        let assertion = UnverifiedJws::parse(&form["client_assertion"]).unwrap();
        assert!(assertion.verify(&key, key.natural_algorithm()).is_ok(), "{kind}");
    }
}

#[test]
#[cfg(unix)]
fn the_key_is_for_signatures_only_and_never_leaves_the_tpm() {
    let Some(tpm) = SoftTpm::start() else { return };
    for (kind, _) in KINDS {
        let machine = registered(&tpm, &FakeProvider::approving(), kind);
        let private_pem = machine.keys().join("private.pem");
        assert_eq!(machine.mode(private_pem.clone()), 0o600);
        let text = machine.read(private_pem);
        assert!(text.contains("-----BEGIN TSS2 PRIVATE KEY-----"), "{text}");
        let public = Tss2Key::from_pem(&text).unwrap().public;
        // TPM2B_PUBLIC: length, type, name algorithm, attributes.
        let attributes = u32::from_be_bytes(public[6..10].try_into().unwrap());
        let wanted = FIXED_TPM | FIXED_PARENT | SENSITIVE_DATA_ORIGIN | SIGN;
        assert_eq!(attributes & wanted, wanted, "{kind} {attributes:#x}");
        assert_eq!(attributes & (RESTRICTED | DECRYPT), 0, "{kind} {attributes:#x}");
    }
}

#[test]
fn the_public_key_is_printed_without_the_tpm() {
    let Some(tpm) = SoftTpm::start() else { return };
    let machine = registered(&tpm, &FakeProvider::approving(), "ECC:p256");
    drop(tpm);
    assert_eq!(jwk(&machine).thumbprint().len(), 43);
    sign(&machine, "device:/dev/there-is-none")
        .refused(1, "there is no TPM to use at device:/dev/there-is-none");
}

#[test]
fn openssl_signs_with_the_file_that_we_wrote() {
    let Some(tpm) = SoftTpm::start() else { return };
    if !openssl_has_the_provider(&tpm) {
        return;
    }
    for (kind, algorithm) in KINDS {
        let machine = registered(&tpm, &FakeProvider::approving(), kind);
        let (private, public) = (
            machine.keys().join("private.pem"),
            machine.keys().join("public.pem"),
        );
        let (message, signature) = (
            machine.dir.path().join("message"),
            machine.dir.path().join("signature"),
        );
        fs::write(&message, MESSAGE).unwrap();
        let path = |path: &Path| path.display().to_string();
        let digest = format!("-sha{}", &algorithm[2..]);
        let ours = [
            "dgst",
            &digest,
            "-provider",
            "tpm2",
            "-provider",
            "default",
            "-propquery",
            "?provider=tpm2",
            "-sign",
            &path(&private),
            "-out",
            &path(&signature),
            &path(&message),
        ];
        tpm.tool("openssl", &ours);
        tpm.tool(
            "openssl",
            &[
                "dgst",
                &digest,
                "-verify",
                &path(&public),
                "-signature",
                &path(&signature),
                &path(&message),
            ],
        );
    }
}

/// The old tool had the tpm2tss engine make its keys. OpenSSL's provider writes what the engine wrote: the same ASN.1
/// with TRUE as 1, and a key that may also decrypt and leaves the scheme open.
#[test]
fn a_file_of_the_tpm2tss_engine_is_read_and_signs() {
    let Some(tpm) = SoftTpm::start() else { return };
    if !openssl_has_the_provider(&tpm) {
        return;
    }
    for (options, kind, algorithm) in [
        (
            vec!["-algorithm", "RSA", "-pkeyopt", "bits:2048"],
            "RSA:2048",
            "RS256",
        ),
        (
            vec!["-algorithm", "EC", "-pkeyopt", "group:P-256"],
            "ECC:p256",
            "ES256",
        ),
        (
            vec!["-algorithm", "EC", "-pkeyopt", "group:P-384"],
            "ECC:p384",
            "ES384",
        ),
    ] {
        let machine = Machine::new();
        fs::create_dir_all(machine.keys()).unwrap();
        let private = machine.keys().join("private.pem");
        let path = private.display().to_string();
        let make = [vec!["genpkey", "-provider", "tpm2"], options, vec!["-out", &path]].concat();
        tpm.tool("openssl", &make);
        machine.write_config(&format!("key_security: TPM\nkey_type: {kind}\n"));
        let public = machine.keys().join("public.pem");
        fs::write(
            &public,
            countersign_jose::public_pem(&PublicKey::from_jwk(&jwk(&machine)).unwrap()),
        )
        .unwrap();
        let signature = sign(&machine, &tpm.tcti()).done();
        peers::verify(&public, algorithm, MESSAGE, signature.trim());
    }
}

/// The provider asks for the TPM already when it is loaded.
fn openssl_has_the_provider(tpm: &SoftTpm) -> bool {
    let probe = Command::new("openssl")
        .args(["list", "-providers", "-provider", "tpm2"])
        .env("TPM2OPENSSL_TCTI", tpm.tcti())
        .output();
    if probe.is_ok_and(|probe| probe.status.success()) {
        return true;
    }
    assert!(
        std::env::var_os("CI").is_none(),
        "the tpm2 provider of OpenSSL must be installed in CI"
    );
    eprintln!("NOT TESTED: OpenSSL has no tpm2 provider (Debian: tpm2-openssl)");
    false
}

#[test]
fn without_a_tpm_the_registration_does_not_begin() {
    let (machine, provider) = (Machine::new(), FakeProvider::approving());
    for (tcti, text) in [
        ("device:/dev/there-is-none", "turn it on in the firmware"),
        ("swtpm:host=127.0.0.1,port=1", "there is no TPM to use"),
        ("coffee", "COUNTERSIGN_TPM_TCTI names no TPM"),
    ] {
        init(&machine, tcti, &provider, "ECC:p256").refused(1, text);
    }
    assert_eq!(provider.requests(), 0);
    assert!(machine.everything().is_empty());
}

#[test]
fn kinds_that_tpms_do_not_have_are_refused_by_name() {
    let (machine, provider) = (Machine::new(), FakeProvider::approving());
    for kind in ["RSA:3072", "ECC:p521"] {
        let ran = init(&machine, "device:/dev/there-is-none", &provider, kind);
        ran.refused(
            1,
            &format!("a key in a TPM is RSA:2048, ECC:p256 or ECC:p384, not {kind}"),
        );
    }
}

#[test]
fn a_cleared_tpm_another_one_and_an_unknown_one_are_told_apart() {
    let (Some(tpm), Some(another)) = (SoftTpm::start(), SoftTpm::start()) else {
        return;
    };
    let machine = registered(&tpm, &FakeProvider::approving(), "ECC:p256");
    sign(&machine, &another.tcti()).refused(1, "this key was made in another TPM");
    tpm.tool("tpm2_clear", &[]);
    sign(&machine, &tpm.tcti()).refused(1, "the TPM was cleared since this key was made");
    let private = machine.keys().join("private.pem");
    let text = machine.read(private.clone());
    let (_, block) = text.split_once('\n').unwrap();
    fs::write(private, block).unwrap();
    sign(&machine, &tpm.tcti()).refused(1, "made in another TPM, or this one was cleared");
}

#[test]
fn a_key_of_ours_signs_during_a_lockout_and_one_that_cannot_says_so() {
    let Some(tpm) = SoftTpm::start() else { return };
    if !openssl_has_the_provider(&tpm) {
        return;
    }
    let ours = registered(&tpm, &FakeProvider::approving(), "ECC:p256");
    let theirs = Machine::new();
    fs::create_dir_all(theirs.keys()).unwrap();
    let path = theirs.keys().join("private.pem").display().to_string();
    tpm.tool(
        "openssl",
        &[
            "genpkey",
            "-provider",
            "tpm2",
            "-algorithm",
            "EC",
            "-pkeyopt",
            "group:P-256",
            "-out",
            &path,
        ],
    );
    theirs.write_config("key_security: tpm\nkey_type: ECC:p256\n");
    sign(&theirs, &tpm.tcti()).done();
    lock_out(&tpm, theirs.dir.path());
    sign(&ours, &tpm.tcti()).done();
    sign(&theirs, &tpm.tcti()).refused(1, "the TPM is locked out");
}

/// One wrong password where one is allowed.
fn lock_out(tpm: &SoftTpm, folder: &Path) {
    let limits = [
        "--setup-parameters",
        "--max-tries=1",
        "--recovery-time=1000",
        "--lockout-recovery-time=1000",
    ];
    tpm.tool("tpm2_dictionarylockout", &limits);
    let context = folder.join("parent.ctx").display().to_string();
    let halves = ["public", "private"].map(|half| folder.join(half).display().to_string());
    tpm.tool(
        "tpm2_createprimary",
        &["-Q", "-c", &context, "-p", "right", "-G", "ecc256"],
    );
    let [public, private] = &halves;
    let wrong = [
        "-Q", "-C", &context, "-P", "wrong", "-G", "ecc256", "-u", public, "-r", private,
    ];
    assert!(!tpm.try_tool("tpm2_create", &wrong).status.success());
    tpm.tool("tpm2_flushcontext", &["-t"]);
}

#[test]
fn a_password_of_the_owner_hierarchy_is_named() {
    let Some(tpm) = SoftTpm::start() else { return };
    let provider = FakeProvider::approving();
    tpm.tool("tpm2_changeauth", &["-c", "owner", "secret"]);
    let machine = Machine::new();
    init(&machine, &tpm.tcti(), &provider, "ECC:p256")
        .refused(1, "the owner hierarchy of the TPM has a password");
    assert_eq!(provider.requests(), 0);
}
