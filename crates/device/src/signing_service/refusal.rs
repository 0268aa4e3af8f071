use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use countersign_protocol::ErrorBody;

use super::statement::StatementError;
use crate::local::{BodyError, Foreign};

/// Why there is no signature: status, code, and what to change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error(transparent)]
    Foreign(#[from] Foreign),
    #[error("{}", unregistered(*.0))]
    Unregistered(Option<u32>),
    #[error(transparent)]
    Body(#[from] BodyError),
    #[error("the body must be a JSON object with the texts deviceId and message")]
    Shape,
    #[error("deviceId is not that of this machine; see `id` in device.yml")]
    Device,
    #[error(transparent)]
    Statement(#[from] StatementError),
    #[error("there is nothing here; send POST /sign, POST /signature or GET /health")]
    NotFound,
    #[error("POST /sign, POST /signature and GET /health are served; use the right method")]
    Method,
    #[error("the key cannot sign at present; the service's log says why")]
    Key,
    #[error("the audit log cannot be written, and nothing is signed without it; the service's log says why")]
    Audit,
}

fn unregistered(uid: Option<u32>) -> String {
    uid.map_or_else(
        || "the kernel does not say which user calls; use the Unix socket of the service".to_owned(),
        |uid| {
            format!(
                "user {uid} is not registered here; an administrator adds `[[caller]]` with `uid = {uid}` to \
                 signing-service.toml beside device.yml and restarts the service"
            )
        },
    )
}

impl Refusal {
    /// One word, for the audit log.
    pub(super) const fn as_str(&self) -> &'static str {
        match self {
            Self::Foreign(_) => "web_page",
            Self::Unregistered(_) => "unregistered_caller",
            Self::Body(_) | Self::Shape => "request",
            Self::Device => "device_id",
            Self::Statement(error) => error.as_str(),
            Self::NotFound | Self::Method => "route",
            Self::Key => "key",
            Self::Audit => "audit",
        }
    }

    const fn status(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Foreign(_) | Self::Unregistered(_) => (StatusCode::FORBIDDEN, "access_denied"),
            Self::Statement(_) => (StatusCode::FORBIDDEN, "statement_refused"),
            Self::Body(BodyError::NotJson) => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "invalid_request"),
            Self::Body(BodyError::TooMuch) => (StatusCode::PAYLOAD_TOO_LARGE, "invalid_request"),
            Self::Shape | Self::Device => (StatusCode::BAD_REQUEST, "invalid_request"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found"),
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, "invalid_request"),
            Self::Key | Self::Audit => (StatusCode::INTERNAL_SERVER_ERROR, "server_error"),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, error) = self.status();
        let body = ErrorBody {
            error: error.to_owned(),
            error_description: self.to_string(),
        };
        (status, Json(body)).into_response()
    }
}
