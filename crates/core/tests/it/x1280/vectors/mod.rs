//! `vectors/x1280`: what another implementation can be checked with, byte for byte. Each page is made here and compared
//! with the one that is committed, and what it says is reckoned anew by other means than those of the provider.
//! ECDSA signatures differ each time: a recorded one is kept as long as it verifies.

mod credentials;
mod key;
mod messages;
mod response;
mod seals;
mod session;

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../vectors/x1280")
        .join(name)
}

/// The committed page; `None` when there is none that can be read.
fn committed<T: DeserializeOwned>(name: &str) -> Option<T> {
    serde_json::from_str(&std::fs::read_to_string(file(name)).ok()?).ok()
}

/// The committed page, which has to be there.
fn page<T: DeserializeOwned>(name: &str) -> T {
    committed(name).unwrap_or_else(|| panic!("vectors/x1280/{name} cannot be read; run `cargo xtask gen`"))
}

/// Compares a page with the committed one; `UPDATE_REFERENCE` writes it instead.
fn same_as_committed(name: &str, made: &impl Serialize) {
    let made = serde_json::to_string_pretty(made).unwrap() + "\n";
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        std::fs::create_dir_all(file(name).parent().unwrap()).unwrap();
        std::fs::write(file(name), &made).unwrap();
    }
    let committed = std::fs::read_to_string(file(name)).unwrap_or_default();
    assert!(
        committed == made,
        "vectors/x1280/{name} is out of date; run `cargo xtask gen`"
    );
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2), "{text}");
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}
