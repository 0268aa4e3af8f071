use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};

/// The longest body in bytes.
const MAX_BODY: usize = 64 * 1024;
/// How long a body may take to arrive.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Why a body is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BodyError {
    /// Of another type. Those that a web page may send without the browser asking first are none of JSON (Fetch §2.2.2).
    #[error("Content-Type must be application/json")]
    NotJson,
    /// Too long, too slow, or broken off.
    #[error("the request is longer than 64 KiB, or did not arrive within 10 s")]
    TooMuch,
}

/// Reads a body that says it is JSON.
pub(crate) async fn read_json(headers: &HeaderMap, body: Body) -> Result<Bytes, BodyError> {
    let value = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = value
        .and_then(|value| value.split(';').next())
        .unwrap_or_default();
    if !essence.trim().eq_ignore_ascii_case("application/json") {
        return Err(BodyError::NotJson);
    }
    tokio::time::timeout(TIMEOUT, axum::body::to_bytes(body, MAX_BODY))
        .await
        .map_err(|_| BodyError::TooMuch)?
        .map_err(|_| BodyError::TooMuch)
}
