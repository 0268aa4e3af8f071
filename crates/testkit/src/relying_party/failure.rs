//! What a caller is told when something does not work: the provider's own words, wherever there are some.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use countersign_protocol::{ErrorBody, ErrorCode};

/// A refusal on its way to the front end: status and `{error, error_description}`.
#[derive(Debug)]
pub(super) struct Failure {
    status: StatusCode,
    body: ErrorBody,
}

impl Failure {
    pub(super) fn new(status: StatusCode, error: &str, description: &str) -> Self {
        Self {
            status,
            body: ErrorBody {
                error: error.to_owned(),
                error_description: description.to_owned(),
            },
        }
    }

    /// onesid.md §11: the words that the published module answers for an unknown session.
    pub(super) fn session_not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            ErrorCode::NotFound.as_str(),
            "Session not found",
        )
    }

    pub(super) fn invalid_request(description: &str) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            ErrorCode::InvalidRequest.as_str(),
            description,
        )
    }

    /// The provider's refusal, passed on as it is (onesid.md §11); pending is a 400 among them.
    pub(super) fn passed_on(status: StatusCode, body: &[u8]) -> Self {
        match serde_json::from_slice::<ErrorBody>(body) {
            Ok(body) if status.is_client_error() => Self { status, body },
            _ => Self::provider("the identity provider could not answer"),
        }
    }

    /// Everything else is 500 `server_error` (onesid.md §11), without the innards.
    pub(super) fn provider(description: &str) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            ErrorCode::ServerError.as_str(),
            description,
        )
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        (self.status, Json(self.body)).into_response()
    }
}
