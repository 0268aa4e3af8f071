//! The JSON body of an endpoint outside OAuth.

use super::body;
use crate::app::AppState;
use crate::reply::ErrorReply;
use axum::extract::{FromRequest, Request};
use countersign_core::Refusal;
use countersign_jose::json::parse_object;
use countersign_protocol::ErrorCode;
use serde::de::DeserializeOwned;

/// A JSON object in the body: bounded depth, no member twice, unknown members ignored.
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<AppState> for JsonBody<T> {
    type Rejection = ErrorReply;

    async fn from_request(request: Request, app: &AppState) -> Result<Self, ErrorReply> {
        if !body::is_content_type(request.headers(), "application/json") {
            let refusal = Refusal::new(
                ErrorCode::UnsupportedMediaType,
                "send the body as application/json",
            );
            return Err(refusal.into());
        }
        let body = body::read(app, request.into_body()).await?;
        let members =
            parse_object(&body).map_err(|error| Refusal::invalid_request(format!("the body {error}")))?;
        let value = serde_json::from_value(members.into())
            .map_err(|error| Refusal::invalid_request(format!("the body does not fit: {error}")))?;
        Ok(Self(value))
    }
}
