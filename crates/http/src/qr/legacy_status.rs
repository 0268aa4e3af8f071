//! `GET {host}/auth/qr/{auth_req_id}` (onesid.md §10.3).

use crate::app::AppState;
use crate::extract::{PathParam, Token};
use crate::reply::{JsonReply, Reply, refusals};
use axum::extract::State;
use countersign_core::qr::legacy::status;
use countersign_protocol::qr::LegacyStatus;

refusals!(Refusals: InvalidToken, InsufficientScope, InvalidGrant, AccessDenied, NotFound, TooManyRequests);

/// Where a session of the older form stands, and the person's token once they approved.
#[utoipa::path(
    get,
    path = "/auth/qr/{auth_req_id}",
    operation_id = "qr_legacy_status",
    tag = "qr",
    security(("bearer" = [])),
    params(("auth_req_id" = String, Path, description = "The session.")),
    responses((status = 200, description = "Where it stands.", body = LegacyStatus), Refusals)
)]
pub(crate) async fn get(
    State(app): State<AppState>,
    Token(bearer): Token,
    PathParam(auth_req_id): PathParam<String>,
) -> Reply<LegacyStatus> {
    let device = bearer.device()?;
    Ok(JsonReply(status(&app.provider, device, &auth_req_id).await?))
}
