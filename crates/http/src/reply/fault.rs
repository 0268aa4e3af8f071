//! Our own failures: logged once, with the request id; the peer learns the id and nothing else.

use super::error::answer;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use countersign_core::Fault;
use countersign_protocol::ErrorCode;
use std::error::Error;
use std::fmt::Write as _;
use std::sync::Arc;

/// Seconds after which a caller may try again when something of ours is busy.
const TRY_AGAIN_AFTER: HeaderValue = HeaderValue::from_static("5");

/// A fault on its way to the outermost layer, which logs it and writes the answer.
#[derive(Debug, Clone)]
pub(crate) struct Broken(Arc<Fault>);

impl Broken {
    pub(crate) fn new(fault: Fault) -> Self {
        Self(Arc::new(fault))
    }

    /// Logs the fault with its chain of causes, and gives the answer that the peer sees.
    pub(crate) fn report(&self, request_id: &str, route: &str) -> Response {
        tracing::error!(request_id, route, fault = %chain(&self.0), "a request met a fault");
        if self.0.is_temporary() {
            let description =
                format!("the service is busy or short of room; try again, and name request {request_id}");
            let mut response = answer(
                StatusCode::SERVICE_UNAVAILABLE,
                ErrorCode::TemporarilyUnavailable,
                description,
            );
            response.headers_mut().insert(RETRY_AFTER, TRY_AGAIN_AFTER);
            return response;
        }
        let description =
            format!("something is broken here; tell an operator of this provider request {request_id}");
        answer(
            StatusCode::INTERNAL_SERVER_ERROR,
            ErrorCode::ServerError,
            description,
        )
    }
}

impl IntoResponse for Broken {
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// A fault and its causes in one line.
pub(crate) fn chain(fault: &Fault) -> String {
    let mut line = fault.to_string();
    let mut cause = fault.source();
    while let Some(error) = cause {
        // Writing into a String cannot fail.
        let _ = write!(line, ": {error}");
        cause = error.source();
    }
    line
}
