//! `POST {iss}/qr/make`, and `POST {iss}/token/oidc/qr/make`, the name that older clients call (onesid.md C7).

use crate::app::AppState;
use crate::extract::{Caller, OptionalJson, Token};
use crate::reply::{JsonReply, Reply, refusals};
use axum::extract::State;
use countersign_core::oidc::bearer::Bearer;
use countersign_core::qr::make::make;
use countersign_protocol::qr::{MakeRequest, SessionAnswer};

refusals!(Refusals:
    InvalidRequest, InvalidToken, InsufficientScope, TooManyRequests, PayloadTooLarge, UnsupportedMediaType);

/// A session whose code a person scans, for a device. Published clients send no body.
#[utoipa::path(
    post,
    path = "/oidc/qr/make",
    operation_id = "qr_make",
    tag = "qr",
    security(("bearer" = [])),
    request_body = Option<MakeRequest>,
    responses((status = 200, description = "The session.", body = SessionAnswer), Refusals)
)]
pub(crate) async fn post(
    State(app): State<AppState>,
    caller: Caller,
    Token(bearer): Token,
    OptionalJson(request): OptionalJson<MakeRequest>,
) -> Reply<SessionAnswer> {
    begin(&app, &caller, &bearer, request).await
}

/// The same as `/oidc/qr/make`.
#[utoipa::path(
    post,
    path = "/oidc/token/oidc/qr/make",
    operation_id = "qr_make_alias",
    tag = "qr",
    security(("bearer" = [])),
    request_body = Option<MakeRequest>,
    responses((status = 200, description = "The session.", body = SessionAnswer), Refusals)
)]
pub(crate) async fn post_alias(
    State(app): State<AppState>,
    caller: Caller,
    Token(bearer): Token,
    OptionalJson(request): OptionalJson<MakeRequest>,
) -> Reply<SessionAnswer> {
    begin(&app, &caller, &bearer, request).await
}

async fn begin(
    app: &AppState,
    caller: &Caller,
    bearer: &Bearer,
    request: MakeRequest,
) -> Reply<SessionAnswer> {
    let device = bearer.device()?;
    Ok(JsonReply(
        make(&app.provider, device, request, caller.origin()).await?,
    ))
}
