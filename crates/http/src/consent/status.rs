//! `GET {iss}/consent/{id}` (token of the device that asked).

use crate::app::AppState;
use crate::extract::{PathParam, Token};
use crate::reply::{JsonReply, Reply, refusals};
use axum::extract::State;
use countersign_core::consent::status::status;
use countersign_core::id::ConsentId;
use countersign_protocol::consent::ConsentStatusAnswer;

refusals!(Refusals:
    InvalidToken, InsufficientScope, NotFound, AccessDenied, UnauthorizedClient, InvalidTarget, TooManyRequests);

/// How a consent stands. The granted values can be read for ten minutes after the decision; the receipt stays.
#[utoipa::path(
    get,
    path = "/oidc/consent/{id}",
    operation_id = "consent_status",
    tag = "consent",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The consent.")),
    responses((status = 200, description = "How it stands.", body = ConsentStatusAnswer), Refusals)
)]
pub(crate) async fn get(
    State(app): State<AppState>,
    Token(bearer): Token,
    PathParam(id): PathParam<ConsentId>,
) -> Reply<ConsentStatusAnswer> {
    let device = bearer.device()?;
    app.limiters.requests_per_client.check(&device.device.client_id)?;
    Ok(JsonReply(status(&app.provider, device, id).await?))
}
