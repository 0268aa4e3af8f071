//! `application/x-www-form-urlencoded` (RFC 6749 appendix B), strictly: what two readers could understand differently
//! is refused. One reader for bodies and query strings.

use countersign_core::Refusal;
use memchr::{memchr, memchr2};
use serde::de::DeserializeOwned;
use serde_json::map::Entry;
use serde_json::{Map, Value};

/// Reads parameters into a type. Unknown ones are ignored, empty ones count as absent, and one that is sent twice is
/// refused (RFC 6749 §3.1, §3.2).
pub(crate) fn parse<T: DeserializeOwned>(text: &[u8]) -> Result<T, Refusal> {
    let mut members = Map::new();
    for pair in text.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
        let (name, value) = split(pair);
        let value = Value::String(decode(value)?);
        match members.entry(decode(name)?) {
            Entry::Vacant(place) => place.insert(value),
            Entry::Occupied(sent) => return Err(repeated(sent.key())),
        };
    }
    members.retain(|_, value| *value != "");
    serde_json::from_value(Value::Object(members))
        .map_err(|error| Refusal::invalid_request(format!("a parameter cannot be read: {error}")))
}

fn split(pair: &[u8]) -> (&[u8], &[u8]) {
    let (name, value) = pair.split_at(memchr(b'=', pair).unwrap_or(pair.len()));
    (name, value.get(1..).unwrap_or_default())
}

/// Tokens, which are nearly all of what is sent, have nothing to decode and are copied in one piece.
fn decode(text: &[u8]) -> Result<String, Refusal> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr2(b'+', b'%', rest) {
        let (plain, coded) = rest.split_at(at);
        bytes.extend_from_slice(plain);
        let (byte, after) = match coded {
            [b'+', after @ ..] => (Some(b' '), after),
            [_, high, low, after @ ..] => (hex(*high, *low), after),
            cut_off => (None, cut_off),
        };
        bytes.push(byte.ok_or_else(|| {
            Refusal::invalid_request("a percent sign is not followed by two hexadecimal digits")
        })?);
        rest = after;
    }
    bytes.extend_from_slice(rest);
    String::from_utf8(bytes).map_err(|_| Refusal::invalid_request("the parameters are not UTF-8"))
}

fn hex(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

fn repeated(name: &str) -> Refusal {
    let shortened: String = name.chars().take(40).collect();
    Refusal::invalid_request(format!("parameter {shortened} is sent more than once"))
}
