//! `application/x-www-form-urlencoded` (RFC 6749 appendix B), strictly: what two readers could understand differently
//! is refused. One reader for bodies and query strings.

use countersign_core::Refusal;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Reads parameters into a type. Unknown ones are ignored, empty ones count as absent, and one that is sent twice is
/// refused (RFC 6749 §3.1, §3.2).
pub(crate) fn parse<T: DeserializeOwned>(text: &[u8]) -> Result<T, Refusal> {
    let mut seen = BTreeSet::new();
    let mut members = Map::new();
    for pair in text.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
        let (name, value) = split(pair);
        let (name, value) = (decode(name)?, decode(value)?);
        if !seen.insert(name.clone()) {
            return Err(Refusal::invalid_request(format!(
                "parameter {} is sent more than once",
                shortened(&name)
            )));
        }
        if !value.is_empty() {
            members.insert(name, Value::String(value));
        }
    }
    serde_json::from_value(Value::Object(members))
        .map_err(|error| Refusal::invalid_request(format!("a parameter cannot be read: {error}")))
}

fn split(pair: &[u8]) -> (&[u8], &[u8]) {
    let mut parts = pair.splitn(2, |byte| *byte == b'=');
    (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
}

fn decode(text: &[u8]) -> Result<String, Refusal> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => hex(rest.next(), rest.next()).ok_or_else(|| {
                Refusal::invalid_request("a percent sign is not followed by two hexadecimal digits")
            })?,
            plain => *plain,
        });
    }
    String::from_utf8(bytes).map_err(|_| Refusal::invalid_request("the parameters are not UTF-8"))
}

fn hex(high: Option<&u8>, low: Option<&u8>) -> Option<u8> {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

fn shortened(name: &str) -> String {
    name.chars().take(40).collect()
}
