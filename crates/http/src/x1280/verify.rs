//! `POST {host}/auth/verify`, and `POST {host}/verify`, another name for it (X.1280 profile §3).

use crate::app::AppState;
use crate::extract::JsonBody;
use crate::layer::metrics;
use crate::reply::{JsonReply, Reply, refusals};
use axum::extract::State;
use countersign_core::x1280::verify::verify;
use countersign_protocol::x1280::{VerifyAnswer, VerifyRequest};

refusals!(Refusals of x1280:
    InvalidRequest, InvalidSignature, InvalidOtp, NotFound, TooManyRequests, PayloadTooLarge, UnsupportedMediaType);

/// The person approves, with the enrolled key. The identity is released once, to phone and browser.
#[utoipa::path(
    post,
    path = "/auth/verify",
    operation_id = "x1280_verify",
    tag = "x1280",
    request_body = VerifyRequest,
    responses((status = 200, description = "The identity, as the browser gets it.", body = VerifyAnswer), Refusals)
)]
pub(crate) async fn post(
    State(app): State<AppState>,
    JsonBody(request): JsonBody<VerifyRequest>,
) -> Reply<VerifyAnswer> {
    release(&app, request).await
}

/// The same as `/auth/verify`.
#[utoipa::path(
    post,
    path = "/verify",
    operation_id = "x1280_verify_alias",
    tag = "x1280",
    request_body = VerifyRequest,
    responses((status = 200, description = "The identity, as the browser gets it.", body = VerifyAnswer), Refusals)
)]
pub(crate) async fn post_alias(
    State(app): State<AppState>,
    JsonBody(request): JsonBody<VerifyRequest>,
) -> Reply<VerifyAnswer> {
    release(&app, request).await
}

async fn release(app: &AppState, request: VerifyRequest) -> Reply<VerifyAnswer> {
    let answer = verify(&app.provider, request).await?;
    metrics::decision("approved");
    Ok(JsonReply(answer))
}
