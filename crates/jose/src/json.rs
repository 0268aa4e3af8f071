//! JSON that two readers understand alike: UTF-8, no two members of one name, bounded depth.
//!
//! RFC 8259 §4 leaves it open which of two equal members counts. A front end that takes the first and a back end
//! that takes the last see two different tokens under one signature, so such a text is refused (RFC 7515 §4).

use std::cell::Cell;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Objects and arrays may be nested this deep; the outermost object counts as 1.
pub const MAX_DEPTH: usize = 16;

/// Why a JSON text is refused. Completes the sentence "the text …".
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// Not JSON, not UTF-8, or followed by something else.
    #[error("is not well-formed JSON in UTF-8")]
    Malformed,
    /// JSON, but not an object.
    #[error("is not a JSON object")]
    NotAnObject,
    /// Two members of one object have the same name.
    #[error("has two members of the same name")]
    DuplicateMember,
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("is nested too deeply")]
    TooDeep,
}

/// Reads one JSON object.
///
/// # Errors
/// [`JsonError`] if the bytes are not UTF-8 JSON, not an object, have two members of one name at any depth, are
/// nested deeper than [`MAX_DEPTH`], or are followed by anything but whitespace.
pub fn parse_object(bytes: &[u8]) -> Result<Map<String, Value>, JsonError> {
    let fault = Cell::new(JsonError::Malformed);
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Strict {
        depth: 0,
        fault: &fault,
    }
    .deserialize(&mut reader)
    .map_err(|_| fault.get())?;
    reader.end().map_err(|_| JsonError::Malformed)?;
    match value {
        Value::Object(members) => Ok(members),
        _ => Err(JsonError::NotAnObject),
    }
}

/// Builds a [`Value`] and watches depth and names on the way. `fault` carries our reason past serde's error type.
#[derive(Clone, Copy)]
struct Strict<'a> {
    depth: usize,
    fault: &'a Cell<JsonError>,
}

impl Strict<'_> {
    fn deeper<E: de::Error>(self) -> Result<Self, E> {
        if self.depth >= MAX_DEPTH {
            return Err(self.refuse(JsonError::TooDeep));
        }
        Ok(Self {
            depth: self.depth + 1,
            ..self
        })
    }

    fn refuse<E: de::Error>(self, reason: JsonError) -> E {
        self.fault.set(reason);
        E::custom(reason)
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| self.refuse(JsonError::Malformed))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if object.contains_key(&name) {
                return Err(self.refuse(JsonError::DuplicateMember));
            }
            let value = members.next_value_seed(inner)?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}
