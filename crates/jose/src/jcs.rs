//! The JSON Canonicalization Scheme (RFC 8785): one byte string for one JSON value, so that it can be hashed.

use serde::Serialize;
use serde_json::Value;

/// The largest integer that a double holds together with all below it (RFC 8785 §3.2.2.3, RFC 7493 §2.2).
const MAX_INTEGER: u64 = 1 << 53;

/// The value has no canonical form: it cannot be written as JSON, or holds a number that a double does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the value has no canonical JSON form")]
pub struct JcsError;

/// The canonical UTF-8 bytes of `value` (RFC 8785 §3).
///
/// # Errors
/// [`JcsError`] if the value cannot be written as I-JSON (RFC 7493). Integers beyond 2^53 would be rounded, so that
/// two different values had one digest; send them as strings.
pub fn canonicalize(value: &impl Serialize) -> Result<Vec<u8>, JcsError> {
    let bytes = serde_json_canonicalizer::to_vec(value).map_err(|_| JcsError)?;
    let value = serde_json::to_value(value).map_err(|_| JcsError)?;
    if is_exact(&value) {
        Ok(bytes)
    } else {
        Err(JcsError)
    }
}

fn is_exact(value: &Value) -> bool {
    match value {
        Value::Number(number) => {
            number.is_f64()
                || number
                    .as_i64()
                    .map_or(number.as_u64(), |n| Some(n.unsigned_abs()))
                    <= Some(MAX_INTEGER)
        }
        Value::Array(items) => items.iter().all(is_exact),
        Value::Object(members) => members.values().all(is_exact),
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    }
}
