//! A bare run of MessagePack values, one after another to the end of the payload.

use ciborium::Value;
use rmpv::ValueRef;
use rmpv::decode::{Error, read_value_ref_with_max_depth};

use crate::{MAX_DEPTH, VdsError, cbor};

const PAYLOAD: &str = "payload";

/// The library spends one level on a value and a second one on its content. Its limit guards the stack; ours is counted
/// when the values are taken over.
const LIBRARY_DEPTH: usize = 2 * MAX_DEPTH + 2;

/// Reads the whole run. The values are borrowed from the payload first, so that a declared length allocates nothing.
pub(super) fn read(payload: &[u8]) -> Result<Vec<Value>, VdsError> {
    let mut rest = payload;
    let mut values = Vec::new();
    while !rest.is_empty() {
        let value = read_value_ref_with_max_depth(&mut rest, LIBRARY_DEPTH).map_err(|error| match error {
            Error::DepthLimitExceeded => VdsError::TooDeep { part: PAYLOAD },
            _ => VdsError::Malformed { part: PAYLOAD },
        })?;
        let value = owned(value, MAX_DEPTH)?;
        cbor::unique_keys(&value, PAYLOAD)?;
        values.push(value);
    }
    Ok(values)
}

/// Takes a value over into the one type that both containers share; an extension becomes an
/// array of its type and its bytes.
fn owned(value: ValueRef<'_>, levels: usize) -> Result<Value, VdsError> {
    let inside = || levels.checked_sub(1).ok_or(VdsError::TooDeep { part: PAYLOAD });
    Ok(match value {
        ValueRef::Nil => Value::Null,
        ValueRef::Boolean(value) => Value::Bool(value),
        ValueRef::Integer(value) => integer(value)?,
        ValueRef::F32(value) => Value::Float(value.into()),
        ValueRef::F64(value) => Value::Float(value),
        ValueRef::String(value) => Value::Text(
            value
                .into_str()
                .ok_or(VdsError::Malformed { part: PAYLOAD })?
                .to_owned(),
        ),
        ValueRef::Binary(bytes) => Value::Bytes(bytes.to_vec()),
        ValueRef::Ext(kind, bytes) => Value::Array(vec![Value::from(kind), Value::Bytes(bytes.to_vec())]),
        ValueRef::Array(items) => {
            let levels = inside()?;
            let items = items.into_iter().map(|item| owned(item, levels));
            Value::Array(items.collect::<Result<_, _>>()?)
        }
        ValueRef::Map(entries) => {
            let levels = inside()?;
            let entries = entries
                .into_iter()
                .map(|(key, value)| Ok((owned(key, levels)?, owned(value, levels)?)));
            Value::Map(entries.collect::<Result<_, VdsError>>()?)
        }
    })
}

fn integer(value: rmpv::Integer) -> Result<Value, VdsError> {
    let unsigned = value.as_u64().map(Value::from);
    unsigned
        .or_else(|| value.as_i64().map(Value::from))
        .ok_or(VdsError::Malformed { part: PAYLOAD })
}
