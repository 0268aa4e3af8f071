//! `GET {host}/approvals/history` (phone token).

use crate::app::AppState;
use crate::extract::query::number;
use crate::extract::{Query, Token};
use crate::reply::{JsonReply, Reply, refusals};
use axum::extract::State;
use countersign_core::approval::list::history;
use countersign_protocol::approval::ApprovalHistory;
use serde::Deserialize;

refusals!(Refusals: InvalidRequest, InvalidToken, InsufficientScope);

/// How much is wanted.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Page {
    /// At most so many, 1 to 200; 50 when absent.
    #[param(value_type = Option<u32>)]
    limit: Option<String>,
}

/// What was asked of this person before, newest first.
#[utoipa::path(
    get,
    path = "/approvals/history",
    operation_id = "approval_history",
    tag = "approval",
    security(("bearer" = [])),
    params(Page),
    responses((status = 200, description = "The settled approvals.", body = ApprovalHistory), Refusals)
)]
pub(crate) async fn get(
    State(app): State<AppState>,
    Token(bearer): Token,
    Query(page): Query<Page>,
) -> Reply<ApprovalHistory> {
    let phone = bearer.phone()?;
    let limit = number("limit", page.limit.as_deref(), 50)?;
    Ok(JsonReply(history(&app.provider, phone, limit).await?))
}
