//! `GET {host}/auth/qr`: a session of the older form (onesid.md §10.3).

use crate::app::AppState;
use crate::extract::{Caller, Token};
use crate::reply::{JsonReply, Reply, refusals};
use axum::extract::State;
use countersign_core::qr::legacy::make;
use countersign_protocol::qr::LegacySession;

refusals!(Refusals: InvalidToken, InsufficientScope, TooManyRequests);

/// A session of the older form, for a device, which draws `{auth_req_id, deviceId}` itself.
#[utoipa::path(
    get,
    path = "/auth/qr",
    operation_id = "qr_legacy_make",
    tag = "qr",
    security(("bearer" = [])),
    responses((status = 200, description = "The session.", body = LegacySession), Refusals)
)]
pub(crate) async fn get(
    State(app): State<AppState>,
    caller: Caller,
    Token(bearer): Token,
) -> Reply<LegacySession> {
    let device = bearer.device()?;
    Ok(JsonReply(make(&app.provider, device, caller.origin()).await?))
}
