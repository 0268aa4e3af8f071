//! The JSON Canonicalization Scheme (RFC 8785): one byte string for one JSON value, so that it can be hashed.

use serde::Serialize;

/// The value has no canonical form: keys that are not strings, two members of one name, or a number that is not
/// finite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the value has no canonical JSON form")]
pub struct JcsError;

/// The canonical UTF-8 bytes of `value` (RFC 8785 §3).
///
/// Numbers are IEEE 754 doubles there (§3.2.2.3): send integers beyond 2^53 as strings.
///
/// # Errors
/// [`JcsError`] if the value cannot be written as I-JSON (RFC 7493).
pub fn canonicalize(value: &impl Serialize) -> Result<Vec<u8>, JcsError> {
    serde_json_canonicalizer::to_vec(value).map_err(|_| JcsError)
}
