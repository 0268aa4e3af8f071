//! Content types and bodies, with a bound on size and time.

use crate::app::AppState;
use crate::limits::Limits;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, header};
use bytes::Bytes;
use countersign_core::Refusal;
use countersign_protocol::ErrorCode;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

/// Whether `Content-Type` is this media type; parameters such as `charset` are tolerated. The published client `ones-oidc`
/// sends the header twice with the same value, so every line has to say it; lines that disagree are refused, since two
/// readers could believe different ones.
pub(crate) fn is_content_type(headers: &HeaderMap, wanted: &str) -> bool {
    let mut lines = headers.get_all(header::CONTENT_TYPE).iter().peekable();
    lines.peek().is_some() && lines.all(|line| is_media_type(line, wanted))
}

fn is_media_type(line: &HeaderValue, wanted: &str) -> bool {
    let essence = line.to_str().ok().and_then(|line| line.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case(wanted))
}

/// Reads a whole body.
///
/// # Errors
/// `payload_too_large` above [`Limits::MAX_BODY`]; `invalid_request` when it is cut off or too slow, so that a caller who
/// sends a byte a minute holds nothing of ours.
pub(crate) async fn read(app: &AppState, body: Body) -> Result<Bytes, Refusal> {
    let limited = Limited::new(body, Limits::MAX_BODY);
    match tokio::time::timeout(app.settings.limits.body_timeout, limited.collect()).await {
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(Refusal::invalid_request("the body ended before it was complete")),
        Err(_) => Err(Refusal::invalid_request("the body took too long to arrive")),
    }
}

/// The refusal of a body that is too large.
pub(crate) fn too_large() -> Refusal {
    Refusal::new(
        ErrorCode::PayloadTooLarge,
        format!("a body may have {} bytes at most", Limits::MAX_BODY),
    )
}
