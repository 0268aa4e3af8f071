//! The one variable part of a path.

use crate::reply::ErrorReply;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use countersign_core::Refusal;
use std::str::FromStr;

/// A path parameter, parsed. What cannot be one of our ids names nothing here, so it is `not_found` as well: an id and
/// a malformed id are told apart by nobody.
pub(crate) struct PathParam<T>(pub(crate) T);

impl<S: Send + Sync, T: FromStr> FromRequestParts<S> for PathParam<T> {
    type Rejection = ErrorReply;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ErrorReply> {
        let text = Path::<String>::from_request_parts(parts, state).await.ok();
        let value = text.and_then(|Path(text)| text.parse().ok());
        value
            .map(Self)
            .ok_or_else(|| Refusal::not_found("the path names nothing here").into())
    }
}
