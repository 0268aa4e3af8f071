//! Parameters in the URL, for reading endpoints; credentials are never taken from here (RFC 6750 §2.3 warns of them).

use super::urlencoded;
use crate::reply::ErrorReply;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use countersign_core::Refusal;
use serde::de::DeserializeOwned;

/// The query string, read by the same rules as a form.
pub(crate) struct Query<T>(pub(crate) T);

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = ErrorReply;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ErrorReply> {
        Ok(Self(urlencoded::parse(
            parts.uri.query().unwrap_or_default().as_bytes(),
        )?))
    }
}

/// A parameter that is a whole number, or its default.
pub(crate) fn number(name: &str, text: Option<&str>, default: u32) -> Result<u32, Refusal> {
    let wrong = |_| Refusal::invalid_request(format!("{name} must be a whole number from 0 to {}", u32::MAX));
    text.map_or(Ok(default), |text| text.parse().map_err(wrong))
}
