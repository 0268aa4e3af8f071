//! The JSON body of an endpoint that also works without one.

use super::JsonBody;
use super::body;
use crate::app::AppState;
use crate::reply::ErrorReply;
use axum::body::Body;
use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;

/// A JSON object in the body, read as [`JsonBody`] reads it; the default when the body is empty, whatever its content
/// type: published clients send neither.
pub(crate) struct OptionalJson<T>(pub(crate) T);

impl<T: DeserializeOwned + Default> FromRequest<AppState> for OptionalJson<T> {
    type Rejection = ErrorReply;

    async fn from_request(request: Request, app: &AppState) -> Result<Self, ErrorReply> {
        let (parts, body) = request.into_parts();
        let body = body::read(app, body).await?;
        if body.is_empty() {
            return Ok(Self(T::default()));
        }
        let request = Request::from_parts(parts, Body::from(body));
        let JsonBody(value) = JsonBody::from_request(request, app).await?;
        Ok(Self(value))
    }
}
