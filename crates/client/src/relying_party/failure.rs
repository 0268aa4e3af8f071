//! What the front end is told when something does not work: the provider's own words, wherever there are some.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use countersign_protocol::{ErrorBody, ErrorCode};
use serde::de::DeserializeOwned;
use std::time::Duration;

use super::QrSessionsError;
use crate::error::ClientError;

/// A refusal on its way to the front end.
#[derive(Debug)]
pub(super) struct Failure {
    status: StatusCode,
    body: ErrorBody,
    retry_after: Option<Duration>,
}

impl Failure {
    pub(super) fn new(code: ErrorCode, description: &str) -> Self {
        Self {
            status: StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            body: ErrorBody {
                error: code.as_str().to_owned(),
                error_description: description.to_owned(),
            },
            retry_after: None,
        }
    }

    /// onesid.md §11: the words that published modules answer.
    pub(super) fn session_not_found() -> Self {
        Self::new(ErrorCode::NotFound, "Session not found")
    }

    pub(super) fn invalid_request(description: &str) -> Self {
        Self::new(ErrorCode::InvalidRequest, description)
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        if matches!(error, ClientError::QrSessionEnded) {
            return Self::session_not_found();
        }
        let retry_after = error.retry_after();
        match (error.status(), error.error()) {
            (Some(status), Some(code)) => Self {
                status,
                body: ErrorBody {
                    error: code.to_owned(),
                    error_description: error
                        .error_description()
                        .map_or_else(|| error.to_string(), str::to_owned),
                },
                retry_after,
            },
            // What went wrong between us and the provider is for our log, not for whoever sits at the page.
            _ => {
                tracing::error!(%error, "a sign-in failed between this service and the provider");
                Self::new(
                    ErrorCode::ServerError,
                    "the service cannot reach an agreement with its identity provider",
                )
            }
        }
    }
}

impl From<QrSessionsError> for Failure {
    fn from(error: QrSessionsError) -> Self {
        match error {
            QrSessionsError::Full => Self::new(
                ErrorCode::TooManyRequests,
                "too many codes are open at present; try again in a minute",
            ),
            QrSessionsError::Store(error) => {
                tracing::error!(%error, "the store of QR sessions failed");
                Self::new(ErrorCode::ServerError, "the service cannot keep the session")
            }
        }
    }
}

impl From<JsonRejection> for Failure {
    /// Without serde's own words, which repeat what was sent.
    fn from(rejection: JsonRejection) -> Self {
        let (code, description) = match rejection {
            JsonRejection::MissingJsonContentType(_) => (
                ErrorCode::UnsupportedMediaType,
                "send a body of type application/json",
            ),
            JsonRejection::BytesRejection(_) => (ErrorCode::PayloadTooLarge, "the body is too long"),
            _ => (
                ErrorCode::InvalidRequest,
                "the body is not the JSON object of this endpoint",
            ),
        };
        Self::new(code, description)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        if let Some(time) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, time.as_secs().into());
        }
        response
    }
}

/// A JSON body whose refusal is a [`Failure`].
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let Json(body) = Json::from_request(request, state).await?;
        Ok(Self(body))
    }
}
