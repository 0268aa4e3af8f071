//! The form of an OAuth endpoint.

use super::{body, urlencoded};
use crate::app::AppState;
use crate::reply::ErrorReply;
use axum::extract::{FromRequest, Request};
use countersign_core::Refusal;
use serde::de::DeserializeOwned;

/// The media type of a form.
pub(crate) const CONTENT_TYPE: &str = "application/x-www-form-urlencoded";

/// A form in the body. Parameters in the URL are never read: they end up in logs and histories (RFC 6749 §3.2 and
/// appendix B ask for the body).
pub(crate) struct Form<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<AppState> for Form<T> {
    type Rejection = ErrorReply;

    async fn from_request(request: Request, app: &AppState) -> Result<Self, ErrorReply> {
        if !body::is_content_type(request.headers(), CONTENT_TYPE) {
            return Err(Refusal::invalid_request(format!("send the parameters as {CONTENT_TYPE}")).into());
        }
        let body = body::read(app, request.into_body()).await?;
        Ok(Self(urlencoded::parse(&body)?))
    }
}
