//! Refuses a body that announces itself as too large, before anybody looks at it: also at endpoints that read none.

use crate::extract::body::too_large;
use crate::limits::Limits;
use crate::reply::ErrorReply;
use axum::extract::Request;
use axum::http::header::CONTENT_LENGTH;
use axum::middleware::Next;
use axum::response::Response;

/// Looks at `Content-Length`; bodies without one are bounded while they are read.
pub(crate) async fn bound(request: Request, next: Next) -> Result<Response, ErrorReply> {
    let announced = request
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok());
    let length = announced.and_then(|text| text.parse::<u64>().ok());
    if length.is_some_and(|length| length > Limits::MAX_BODY as u64) {
        return Err(too_large().into());
    }
    Ok(next.run(request).await)
}
