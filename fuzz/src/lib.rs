//! What the fuzz targets of our client have in common: a provider on loopback that answers with whatever the fuzzer
//! thinks of, so that every byte goes the way that a real answer goes.

mod provider;

pub use provider::{Answer, CLIENT_ID, KID, NOW, PROVIDER_KEY, Provider, configuration};

use std::error::Error;

use countersign_jose::{Algorithm, base64url};
use serde_json::Value;

/// Whatever a client says about an answer may be printed: nothing in it moves a cursor or hides a line.
///
/// # Panics
/// There is a control character in it.
pub fn check_error(error: &(dyn Error + 'static)) {
    let text = error.to_string();
    assert!(!text.chars().any(char::is_control), "{text:?}");
    let _ = format!("{error:?}");
}

/// The first byte, which chooses, and the rest.
#[must_use]
pub fn split(data: &[u8]) -> (u8, &[u8]) {
    data.split_first()
        .map_or((0, data), |(first, rest)| (*first, rest))
}

/// A token of the provider with the header members that are given.
///
/// # Panics
/// It cannot be signed.
#[must_use]
pub fn signed(header: &Value, claims: &Value) -> String {
    countersign_jose::sign(&PROVIDER_KEY, Algorithm::Es256, header, claims).unwrap()
}

/// The same with parts as they are, byte for byte.
///
/// # Panics
/// It cannot be signed.
#[must_use]
pub fn signed_bytes(header: &[u8], payload: &[u8]) -> String {
    let input = format!("{}.{}", base64url::encode(header), base64url::encode(payload));
    let signature = PROVIDER_KEY.sign(Algorithm::Es256, input.as_bytes()).unwrap();
    format!("{input}.{}", base64url::encode(&signature))
}
