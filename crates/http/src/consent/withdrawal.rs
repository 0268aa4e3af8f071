//! `DELETE {host}/consents/{id}` (phone token).

use crate::app::AppState;
use crate::extract::{PathParam, Token};
use crate::reply::{ErrorReply, refusals};
use axum::extract::State;
use axum::http::StatusCode;
use countersign_core::consent::revoke::revoke;
use countersign_core::id::ConsentId;

refusals!(Refusals: InvalidToken, InsufficientScope, NotFound);

/// Withdraws a consent for good. A second time changes nothing.
#[utoipa::path(
    delete,
    path = "/consents/{id}",
    operation_id = "consent_withdrawal",
    tag = "consent",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The consent.")),
    responses((status = 204, description = "It is withdrawn."), Refusals)
)]
pub(crate) async fn delete(
    State(app): State<AppState>,
    Token(bearer): Token,
    PathParam(id): PathParam<ConsentId>,
) -> Result<StatusCode, ErrorReply> {
    let phone = bearer.phone()?;
    revoke(&app.provider, phone, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
