//! `POST {host}/auth/reject` (X.1280 profile §3, ours).

use crate::app::AppState;
use crate::extract::JsonBody;
use crate::layer::metrics;
use crate::reply::{ErrorReply, refusals};
use axum::extract::State;
use axum::http::StatusCode;
use countersign_core::x1280::reject::reject;
use countersign_protocol::x1280::RejectRequest;

refusals!(Refusals of x1280:
    InvalidRequest, InvalidSignature, NotFound, TooManyRequests, PayloadTooLarge, UnsupportedMediaType);

/// The person declines, with the enrolled key.
#[utoipa::path(
    post,
    path = "/auth/reject",
    operation_id = "x1280_reject",
    tag = "x1280",
    request_body = RejectRequest,
    responses((status = 204, description = "The session has ended."), Refusals)
)]
pub(crate) async fn post(
    State(app): State<AppState>,
    JsonBody(request): JsonBody<RejectRequest>,
) -> Result<StatusCode, ErrorReply> {
    reject(&app.provider, request).await?;
    metrics::decision("denied");
    Ok(StatusCode::NO_CONTENT)
}
