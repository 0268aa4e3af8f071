//! One place turns a failure into the answer that the peer sees.

use super::fault::Broken;
use axum::Json;
use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use countersign_core::{Failure, Fault, Refusal};
use countersign_protocol::{ErrorBody, ErrorCode};
use std::time::Duration;

/// A failure on its way out. Boxed: it is rare, and every handler's result carries it.
#[derive(Debug)]
pub(crate) struct ErrorReply(Box<Parts>);

#[derive(Debug)]
struct Parts {
    failure: Failure,
    status: Option<StatusCode>,
    challenge: Challenge,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Challenge {
    /// Follows from the code: `invalid_token` and `insufficient_scope` have one.
    Usual,
    /// RFC 6750 §3.1: a request without any token is told the scheme and no error.
    Bare,
    /// RFC 6749 §5.2: the scheme that the client tried at an OAuth endpoint.
    Scheme(String),
}

/// Left in the extensions of an answer, for the log line and for surfaces that spell a refusal differently.
#[derive(Debug, Clone)]
pub(crate) struct Refused {
    /// The code that was answered.
    pub(crate) code: ErrorCode,
    /// What was told with it.
    pub(crate) description: String,
}

impl ErrorReply {
    /// No bearer token was presented.
    pub(crate) fn missing_token() -> Self {
        let refusal = Refusal::new(
            ErrorCode::InvalidToken,
            "send an access token in the Authorization header (Bearer)",
        );
        let mut reply = Self::from(refusal);
        reply.0.challenge = Challenge::Bare;
        reply
    }

    /// The same failure with another status than the code's usual one.
    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.0.status = Some(status);
        self
    }

    /// The same failure with the status that the token endpoint gives it (CIBA Core §11).
    pub(crate) fn at_token_endpoint(self) -> Self {
        match &self.0.failure {
            Failure::Refusal(refusal) => {
                let status = status(refusal.code.token_status());
                self.with_status(status)
            }
            Failure::Fault(_) => self,
        }
    }

    /// The same failure with a challenge of the scheme that was tried, if one was.
    pub(crate) fn challenged(mut self, scheme: Option<&str>) -> Self {
        if let Some(scheme) = scheme {
            self.0.challenge = Challenge::Scheme(scheme.to_owned());
        }
        self
    }
}

impl From<Failure> for ErrorReply {
    fn from(failure: Failure) -> Self {
        Self(Box::new(Parts {
            failure,
            status: None,
            challenge: Challenge::Usual,
        }))
    }
}

impl From<Refusal> for ErrorReply {
    fn from(refusal: Refusal) -> Self {
        Failure::from(refusal).into()
    }
}

impl From<Fault> for ErrorReply {
    fn from(fault: Fault) -> Self {
        Failure::from(fault).into()
    }
}

impl IntoResponse for ErrorReply {
    fn into_response(self) -> Response {
        let Parts {
            failure,
            status: fixed,
            challenge,
        } = *self.0;
        let refusal = match failure {
            Failure::Refusal(refusal) => refusal,
            // What the peer sees of a fault names the request id, which the outermost layer knows: it finishes this.
            Failure::Fault(fault) => return Broken::new(fault).into_response(),
        };
        let description = sanitized(&refusal.description);
        let challenge = challenge.header(refusal.code, &description);
        let mut response = answer(
            fixed.unwrap_or_else(|| status(refusal.code.status())),
            refusal.code,
            description,
        );
        let headers = response.headers_mut();
        if let Some(challenge) = challenge {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        if let Some(wait) = refusal.retry_after {
            headers.insert(RETRY_AFTER, seconds(wait).into());
        }
        response
    }
}

impl Challenge {
    fn header(&self, code: ErrorCode, description: &str) -> Option<HeaderValue> {
        let bearer = matches!(code, ErrorCode::InvalidToken | ErrorCode::InsufficientScope);
        let text = match self {
            Self::Usual if bearer => {
                format!("Bearer realm=\"countersign\", error=\"{code}\", error_description=\"{description}\"")
            }
            Self::Usual => return None,
            Self::Bare => "Bearer realm=\"countersign\"".to_owned(),
            Self::Scheme(scheme) => format!("{scheme} realm=\"countersign\""),
        };
        HeaderValue::try_from(text).ok()
    }
}

/// An error answer with its body, and the code for the log.
pub(super) fn answer(status: StatusCode, code: ErrorCode, description: String) -> Response {
    let body = ErrorBody {
        error: code.as_str().to_owned(),
        error_description: description.clone(),
    };
    let mut response = (status, Json(body)).into_response();
    response.extensions_mut().insert(Refused { code, description });
    response
}

pub(super) fn status(number: u16) -> StatusCode {
    StatusCode::from_u16(number).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Whole seconds, at least one: a wait of zero would be an invitation to spin.
fn seconds(wait: Duration) -> u64 {
    wait.as_millis()
        .div_ceil(1000)
        .try_into()
        .unwrap_or(u64::MAX)
        .max(1)
}

/// RFC 6749 §5.2 allows `%x20-21 / %x23-5B / %x5D-7E` in a description; it is also quoted in a header. Never empty:
/// published clients fail to parse an error without a description (onesid.md §5.2).
fn sanitized(description: &str) -> String {
    let mut text = String::with_capacity(description.len());
    for c in description.chars().take(400) {
        match c {
            '"' | '`' => text.push('\''),
            '§' => text.push_str("section "),
            '\\' => text.push('/'),
            ' '..='~' => text.push(c),
            _ => text.push('?'),
        }
    }
    if text.is_empty() {
        "no description was given".to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::{sanitized, seconds};
    use std::time::Duration;

    #[test]
    fn a_description_holds_only_what_rfc_6749_allows_and_is_never_empty() {
        assert_eq!(sanitized("a \"b\" \\ §5.2 \u{7}é"), "a 'b' / section 5.2 ??");
        assert!(!sanitized("").is_empty());
    }

    #[test]
    fn a_wait_is_rounded_up_and_never_zero() {
        assert_eq!(seconds(Duration::ZERO), 1);
        assert_eq!(seconds(Duration::from_millis(1001)), 2);
    }
}
