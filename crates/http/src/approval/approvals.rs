//! `GET {host}/approvals` (phone token).

use crate::app::AppState;
use crate::extract::Token;
use crate::reply::{JsonReply, Reply, refusals};
use axum::extract::State;
use countersign_core::approval::list::pending;
use countersign_protocol::approval::ApprovalList;

refusals!(Refusals: InvalidToken, InsufficientScope);

/// What waits for this person's decision, oldest first.
#[utoipa::path(
    get,
    path = "/approvals",
    operation_id = "approvals",
    tag = "approval",
    security(("bearer" = [])),
    responses((status = 200, description = "The pending approvals.", body = ApprovalList), Refusals)
)]
pub(crate) async fn get(State(app): State<AppState>, Token(bearer): Token) -> Reply<ApprovalList> {
    let phone = bearer.phone()?;
    Ok(JsonReply(pending(&app.provider, phone).await?))
}
