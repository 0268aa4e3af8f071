//! CBOR (RFC 8949) from strangers: one value, nothing after it, not too deep, no key twice.

use std::collections::BTreeSet;
use std::io::Cursor;

use ciborium::Value;
use ciborium::de::{Error, from_reader_with_recursion_limit};

use crate::{MAX_DEPTH, VdsError};

/// Reads the one value that `bytes` are.
///
/// The library grows its buffers with what is really there, so that a declared length allocates nothing.
pub(crate) fn read(bytes: &[u8], part: &'static str) -> Result<Value, VdsError> {
    let mut cursor = Cursor::new(bytes);
    let value =
        from_reader_with_recursion_limit(&mut cursor, MAX_DEPTH).map_err(|error: Error<_>| match error {
            Error::RecursionLimitExceeded => VdsError::TooDeep { part },
            _ => VdsError::Malformed { part },
        })?;
    if usize::try_from(cursor.position()) != Ok(bytes.len()) {
        return Err(VdsError::Malformed { part });
    }
    unique_keys(&value, part)?;
    Ok(value)
}

/// Looks at every map of the value, at any depth.
pub(crate) fn unique_keys(value: &Value, part: &'static str) -> Result<(), VdsError> {
    match value {
        Value::Array(items) => items.iter().try_for_each(|item| unique_keys(item, part)),
        Value::Tag(_, inner) => unique_keys(inner, part),
        Value::Map(entries) => unique_entries(entries, part),
        _ => Ok(()),
    }
}

fn unique_entries(entries: &[(Value, Value)], part: &'static str) -> Result<(), VdsError> {
    let mut seen = BTreeSet::new();
    for (key, value) in entries {
        let key = Key::of(key).ok_or(VdsError::Malformed { part })?;
        if !seen.insert(key) {
            return Err(VdsError::DuplicateKey { part });
        }
        unique_keys(value, part)?;
    }
    Ok(())
}

/// What a key of a map may be. Floats, arrays and maps as keys have no equality that every reader shares.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key<'a> {
    Bool(bool),
    Integer(i128),
    Text(&'a str),
    Bytes(&'a [u8]),
}

impl<'a> Key<'a> {
    fn of(value: &'a Value) -> Option<Self> {
        match value {
            Value::Bool(value) => Some(Self::Bool(*value)),
            Value::Integer(value) => Some(Self::Integer((*value).into())),
            Value::Text(value) => Some(Self::Text(value)),
            Value::Bytes(value) => Some(Self::Bytes(value)),
            _ => None,
        }
    }
}

/// The value under an integer key of a map.
pub(crate) fn at(map: &[(Value, Value)], key: i64) -> Option<&Value> {
    map.iter()
        .find_map(|(name, value)| (*name == Value::from(key)).then_some(value))
}
