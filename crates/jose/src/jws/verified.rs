use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Header;
use crate::{JwsError, json};

/// A token for which a known key vouches. Only [`UnverifiedJws`](super::UnverifiedJws) makes one.
///
/// The signature is right; whether the claims are meant for us and still in time is the caller's to ask.
pub struct VerifiedJws {
    compact: String,
    header: Header,
    payload: Vec<u8>,
}

impl VerifiedJws {
    pub(super) const fn new(compact: String, header: Header, payload: Vec<u8>) -> Self {
        Self {
            compact,
            header,
            payload,
        }
    }

    /// The header, now under the signature.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The payload, now under the signature.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The claims set (RFC 7519 §4) as `T`.
    ///
    /// # Errors
    /// [`JwsError::Claims`] if the payload is not a JSON object, has two members of one name or is nested too
    /// deeply; [`JwsError::ClaimsForm`] if `T` does not accept it.
    pub fn claims<T: DeserializeOwned>(&self) -> Result<T, JwsError> {
        claims(&self.payload)
    }

    /// The token itself, for keeping as evidence.
    #[must_use]
    pub fn into_compact(self) -> String {
        self.compact
    }
}

pub(super) fn claims<T: DeserializeOwned>(payload: &[u8]) -> Result<T, JwsError> {
    let members = json::parse_object(payload).map_err(JwsError::Claims)?;
    serde_json::from_value(Value::Object(members)).map_err(|error| JwsError::ClaimsForm(form(&error)))
}

/// What may be told of a refusal: the name of a missing claim helps the sender. All else that serde says can quote
/// a value, and a claim may hold a login hint token.
fn form(error: &serde_json::Error) -> String {
    let text = error.to_string();
    if text.starts_with("missing field") {
        text
    } else {
        "a claim has an unexpected value".to_owned()
    }
}

impl fmt::Debug for VerifiedJws {
    /// The header only: a token in a log could be replayed until it expires.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedJws")
            .field("header", &self.header)
            .finish_non_exhaustive()
    }
}
