//! What a caller without a good token is told (RFC 6750 §3).

use axum::Json;
use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use countersign_protocol::{ErrorBody, ErrorCode};

use crate::advice::Advice;
use crate::error::ClientError;

/// Why a request was turned away at the door.
#[derive(Debug)]
#[non_exhaustive]
pub enum BearerRejection {
    /// There is no bearer token. Answered with 401 and no error code, since nothing was wrong yet (RFC 6750 §3.1).
    Missing,
    /// The token is not good for us: `invalid_token`, 401.
    Invalid,
    /// The token is good, but not for this: `insufficient_scope`, 403, with the scopes that would do.
    Insufficient {
        /// Separated by spaces; empty when the token speaks for a machine and a person is needed.
        scope: String,
    },
    /// Whether the token is good cannot be said now: `temporarily_unavailable`, 503. The log has the reason.
    Unavailable(Box<ClientError>),
}

impl From<ClientError> for BearerRejection {
    /// A token that is refused is the caller's affair, everything else is ours: an outage of the provider must not look
    /// like a bad token, or every session would be thrown away.
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Token(_) => Self::Invalid,
            error if error.error() == Some(ErrorCode::InvalidToken.as_str()) => Self::Invalid,
            error => Self::Unavailable(Box::new(error)),
        }
    }
}

impl IntoResponse for BearerRejection {
    fn into_response(self) -> Response {
        let (code, description, challenge) = match &self {
            Self::Missing => (
                ErrorCode::InvalidToken,
                "this needs a bearer access token",
                "Bearer".to_owned(),
            ),
            Self::Invalid => (
                ErrorCode::InvalidToken,
                "the access token is not good here: it has ended, or is meant for somebody else",
                r#"Bearer error="invalid_token""#.to_owned(),
            ),
            Self::Insufficient { scope } => (
                ErrorCode::InsufficientScope,
                "the access token lacks the right for this call",
                challenge_for(scope),
            ),
            Self::Unavailable(error) => {
                tracing::warn!(%error, "an access token cannot be checked");
                return unavailable(error);
            }
        };
        let mut response = answer(code, description);
        if let Ok(challenge) = HeaderValue::from_str(&challenge) {
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// RFC 6750 §3: `scope` has characters of a scope only, so a quote cannot end the string.
fn challenge_for(scope: &str) -> String {
    if scope.is_empty() {
        r#"Bearer error="insufficient_scope""#.to_owned()
    } else {
        format!(r#"Bearer error="insufficient_scope", scope="{scope}""#)
    }
}

fn unavailable(error: &ClientError) -> Response {
    let mut response = answer(
        ErrorCode::TemporarilyUnavailable,
        "the access token cannot be checked at present",
    );
    if let Advice::Wait(time) = error.advice() {
        response.headers_mut().insert(RETRY_AFTER, time.as_secs().into());
    }
    response
}

fn answer(code: ErrorCode, description: &str) -> Response {
    let body = ErrorBody {
        error: code.as_str().to_owned(),
        error_description: description.to_owned(),
    };
    let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, Json(body)).into_response()
}
