//! `POST {host}/auth/oidc/bc-authorize`: where the code sends a phone (onesid.md §11).

use crate::app::AppState;
use crate::extract::{Caller, JsonBody};
use crate::limits::network;
use crate::reply::{JsonReply, Reply, refusals};
use axum::extract::{FromRequest as _, Request, State};
use countersign_core::qr::scan::scan;
use countersign_protocol::qr::{ScanAnswer, ScanRequest};

refusals!(Refusals:
    InvalidRequest, ExpiredLoginHintToken, UnknownUserId, AccessDenied, NotFound, Conflict, TooManyRequests, PayloadTooLarge, UnsupportedMediaType);

/// A phone has scanned a code. Its login hint token is its proof, so no bearer token is asked for.
#[utoipa::path(
    post,
    path = "/auth/oidc/bc-authorize",
    operation_id = "qr_scan",
    tag = "qr",
    request_body = ScanRequest,
    responses((status = 200, description = "The session has taken this phone.", body = ScanAnswer), Refusals)
)]
pub(crate) async fn post(State(app): State<AppState>, caller: Caller, request: Request) -> Reply<ScanAnswer> {
    // Before the body: anybody may call this.
    app.limiters.scans.check(&network(caller.address))?;
    let JsonBody(request) = JsonBody::<ScanRequest>::from_request(request, &app).await?;
    Ok(JsonReply(scan(&app.provider, request, caller.origin()).await?))
}
