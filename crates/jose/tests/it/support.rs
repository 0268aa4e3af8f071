//! Keys that are made once, tokens made by hand, and the vectors of others.

use std::path::Path;
use std::sync::LazyLock;

use countersign_jose::{Algorithm, KeyType, PrivateKey, base64url};
use serde_json::{Value, json};

static KEYS: LazyLock<Vec<PrivateKey>> = LazyLock::new(|| {
    KeyType::ALL
        .into_iter()
        .map(|kind| PrivateKey::generate(kind).unwrap())
        .collect()
});

/// The key of one kind that all tests share.
pub(crate) fn key(kind: KeyType) -> &'static PrivateKey {
    KEYS.iter().find(|key| key.key_type() == kind).unwrap()
}

/// Every kind of key with every algorithm that is for it.
pub(crate) fn pairs() -> Vec<(&'static PrivateKey, Algorithm)> {
    let all = KEYS
        .iter()
        .flat_map(|key| Algorithm::ALL.map(|algorithm| (key, algorithm)));
    all.filter(|(key, algorithm)| key.public().supports(*algorithm))
        .collect()
}

pub(crate) fn claims() -> Value {
    json!({"iss": "c1", "exp": 4_102_444_800_u64, "n": [1, {"deep": true}]})
}

/// A token with exactly this header text, payload and signature over them by `key`.
pub(crate) fn handmade(header: &str, payload: &[u8], key: &PrivateKey, algorithm: Algorithm) -> String {
    let input = format!(
        "{}.{}",
        base64url::encode(header.as_bytes()),
        base64url::encode(payload)
    );
    let signature = key.sign(algorithm, input.as_bytes()).unwrap();
    format!("{input}.{}", base64url::encode(&signature))
}

/// One file of other people's vectors, or `None` with a printed sentence where they are not at hand.
pub(crate) fn wycheproof(file: &str) -> Option<Value> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/vectors/wycheproof");
    let Ok(text) = std::fs::read(Path::new(folder).join(file)) else {
        skip(&format!("the Wycheproof file {file} is not at hand"));
        return None;
    };
    Some(serde_json::from_slice(&text).unwrap())
}

/// Says that a check was left out; where everything must be at hand, leaving it out is a failure.
pub(crate) fn skip(reason: &str) {
    assert!(
        std::env::var_os("CI").is_none(),
        "in CI nothing is skipped, but {reason}"
    );
    eprintln!("skipped: {reason}");
}
