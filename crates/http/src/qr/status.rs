//! `POST {iss}/qr/status`, and `POST {iss}/token/oidc/qr/status`, the name that older clients call (onesid.md C7).

use crate::app::AppState;
use crate::extract::{JsonBody, Token};
use crate::reply::{JsonReply, Reply, refusals};
use axum::extract::State;
use countersign_core::oidc::bearer::Bearer;
use countersign_core::qr::status::status;
use countersign_protocol::qr::{SessionAnswer, StatusRequest};

refusals!(Refusals:
    InvalidRequest, InvalidToken, InsufficientScope, PayloadTooLarge, UnsupportedMediaType);

/// The session as it stands, for the device that made it; `null` when it is unknown, ended or another device's:
/// published clients read a refusal as a broken provider.
#[utoipa::path(
    post,
    path = "/oidc/qr/status",
    operation_id = "qr_status",
    tag = "qr",
    security(("bearer" = [])),
    request_body = StatusRequest,
    responses((status = 200, description = "The session, or null.", body = Option<SessionAnswer>), Refusals)
)]
pub(crate) async fn post(
    State(app): State<AppState>,
    Token(bearer): Token,
    JsonBody(request): JsonBody<StatusRequest>,
) -> Reply<Option<SessionAnswer>> {
    look(&app, &bearer, &request).await
}

/// The same as `/oidc/qr/status`.
#[utoipa::path(
    post,
    path = "/oidc/token/oidc/qr/status",
    operation_id = "qr_status_alias",
    tag = "qr",
    security(("bearer" = [])),
    request_body = StatusRequest,
    responses((status = 200, description = "The session, or null.", body = Option<SessionAnswer>), Refusals)
)]
pub(crate) async fn post_alias(
    State(app): State<AppState>,
    Token(bearer): Token,
    JsonBody(request): JsonBody<StatusRequest>,
) -> Reply<Option<SessionAnswer>> {
    look(&app, &bearer, &request).await
}

async fn look(app: &AppState, bearer: &Bearer, request: &StatusRequest) -> Reply<Option<SessionAnswer>> {
    let device = bearer.device()?;
    Ok(JsonReply(
        status(&app.provider, device, &request.session_id).await?,
    ))
}
