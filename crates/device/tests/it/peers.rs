//! OpenSSL and Python's cryptography as judges of our signatures: both read the key from `public.pem`.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use countersign_jose::base64url;

/// Whether programs are installed. A test that cannot run says so; in CI that is a failure.
pub(crate) fn are_here(programs: &[&str], packages: &str) -> bool {
    let missing: Vec<_> = programs.iter().filter(|name| find(name).is_none()).collect();
    if missing.is_empty() {
        return true;
    }
    assert!(
        env::var_os("CI").is_none(),
        "{missing:?} must be installed in CI (Debian: {packages})"
    );
    eprintln!("NOT TESTED: {missing:?} are not installed (Debian: {packages})");
    false
}

fn find(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}

/// A Python that has `cryptography`: the one of the interop tests, else the system's.
fn python() -> Option<PathBuf> {
    let venv = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../interop/target/venv/bin/python");
    let has_it = |python: &PathBuf| {
        let mut probe = Command::new(python);
        probe.args(["-c", "import cryptography"]);
        let probe = probe.stdout(Stdio::null()).stderr(Stdio::null()).status();
        probe.is_ok_and(|status| status.success())
    };
    [venv, PathBuf::from("python3")].into_iter().find(has_it)
}

/// Asks both whether this is the signature over the message, in JOSE encoding, base64url. `algorithm` is the JWS one.
pub(crate) fn verify(public_pem: &Path, algorithm: &str, message: &str, signature: &str) {
    if are_here(&["openssl"], "openssl") {
        assert!(
            openssl(public_pem, algorithm, message, signature),
            "openssl, {algorithm}"
        );
        let other = format!("{message}.");
        assert!(
            !openssl(public_pem, algorithm, &other, signature),
            "openssl, another message"
        );
    }
    let Some(python) = python() else {
        let absent = "NOT TESTED: there is no Python with cryptography (Debian: python3-cryptography)";
        assert!(env::var_os("CI").is_none(), "{absent}");
        eprintln!("{absent}");
        return;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../interop/python/verify_signature.py");
    let ran = Command::new(python)
        .arg(script)
        .arg(public_pem)
        .args([algorithm, message, signature])
        .output()
        .unwrap();
    assert!(
        ran.status.success(),
        "cryptography, {algorithm}: {}",
        String::from_utf8_lossy(&ran.stderr)
    );
}

fn openssl(public_pem: &Path, algorithm: &str, message: &str, signature: &str) -> bool {
    let dir = tempfile::tempdir().unwrap();
    let raw = base64url::decode(signature).unwrap();
    let signature = if algorithm == "RS256" { raw } else { der(&raw) };
    fs::write(dir.path().join("signature"), signature).unwrap();
    fs::write(dir.path().join("message"), message).unwrap();
    let ran = Command::new("openssl")
        .args(["dgst", &format!("-sha{}", &algorithm[2..]), "-verify"])
        .arg(public_pem)
        .args(["-signature", "signature", "message"])
        .current_dir(dir.path())
        .output()
        .unwrap();
    ran.status.success()
}

/// `ECDSA-Sig-Value` (RFC 3279 §2.2.3) of a raw signature, which OpenSSL wants.
fn der(raw: &[u8]) -> Vec<u8> {
    let (r, s) = raw.split_at(raw.len() / 2);
    let body = [integer(r), integer(s)].concat();
    [tlv(0x30, body.len()), body].concat()
}

fn integer(number: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = number.iter().copied().skip_while(|byte| *byte == 0).collect();
    let sign = digits.first().is_none_or(|byte| *byte > 0x7f);
    let value = [vec![0; usize::from(sign)], digits].concat();
    [tlv(0x02, value.len()), value].concat()
}

fn tlv(tag: u8, length: usize) -> Vec<u8> {
    match u8::try_from(length).unwrap() {
        length @ ..0x80 => vec![tag, length],
        length => vec![tag, 0x81, length],
    }
}
