//! The members of the map under claim -65800, each read as the type that x1280.md §6 gives it.

use ciborium::Value;

use crate::{MAX_ID_LEN, VdsError, alphabet};

pub(super) struct Members<'a>(&'a [(Value, Value)]);

impl<'a> Members<'a> {
    pub(super) fn of(value: &'a Value) -> Result<Self, VdsError> {
        match value {
            Value::Map(entries) => Ok(Self(entries)),
            _ => Err(VdsError::claim("-65800", "is not a map")),
        }
    }

    pub(super) fn has_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.find(name).is_some())
    }

    /// The id of the credential. It is signed, logged and compared, so it is short and shows everything it holds.
    pub(super) fn id(&self, name: &'static str) -> Result<String, VdsError> {
        let id = self.text(name)?.ok_or(VdsError::claim(name, "is missing"))?;
        if id.len() > MAX_ID_LEN || id.chars().any(|character| !character.is_ascii_graphic()) {
            return Err(VdsError::claim(name, "is not 1 to 256 visible ASCII characters"));
        }
        Ok(id)
    }

    /// A text; an empty one says nothing and counts as absent.
    pub(super) fn text(&self, name: &'static str) -> Result<Option<String>, VdsError> {
        match self.find(name) {
            None => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
            Some(_) => Err(VdsError::claim(name, "is not a text")),
        }
    }

    pub(super) fn texts(&self, name: &'static str) -> Result<Vec<String>, VdsError> {
        let fault = VdsError::claim(name, "is not an array of texts");
        match self.find(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| item.as_text().map(str::to_owned).ok_or(fault))
                .collect(),
            Some(_) => Err(fault),
        }
    }

    pub(super) fn seconds(&self, name: &'static str) -> Result<Option<i64>, VdsError> {
        let fault = VdsError::claim(name, "is not a number of seconds");
        match self.find(name) {
            None => Ok(None),
            Some(Value::Integer(seconds)) => i64::try_from(*seconds).map(Some).map_err(|_| fault),
            Some(_) => Err(fault),
        }
    }

    pub(super) fn trust_level(&self, name: &'static str) -> Result<Option<u8>, VdsError> {
        let fault = VdsError::claim(name, "is not 1, 2 or 3");
        match self.find(name) {
            None => Ok(None),
            Some(Value::Integer(level)) => u8::try_from(*level)
                .ok()
                .filter(|level| (1..=3).contains(level))
                .map(Some)
                .ok_or(fault),
            Some(_) => Err(fault),
        }
    }

    /// Bytes, or the Base64 of them, as other issuers write a photo.
    pub(super) fn bytes(&self, name: &'static str) -> Result<Option<Vec<u8>>, VdsError> {
        match self.find(name) {
            None => Ok(None),
            Some(Value::Bytes(bytes)) => Ok(Some(bytes.clone())),
            Some(Value::Text(text)) => alphabet::base64(text)
                .map(Some)
                .ok_or(VdsError::claim(name, "is not Base64")),
            Some(_) => Err(VdsError::claim(name, "is neither bytes nor Base64")),
        }
    }

    fn find(&self, name: &str) -> Option<&'a Value> {
        self.0
            .iter()
            .find_map(|(key, value)| (key.as_text() == Some(name)).then_some(value))
    }
}
