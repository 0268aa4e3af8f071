//! `POST {host}/approvals/{id}/decision` (phone token).

use crate::app::AppState;
use crate::extract::{JsonBody, PathParam, Token};
use crate::layer::metrics;
use crate::reply::{JsonReply, Reply, refusals};
use axum::extract::State;
use countersign_core::approval::decide::decide;
use countersign_core::id::ApprovalId;
use countersign_protocol::approval::{ApprovalStatus, DecisionAnswer, DecisionRequest};

refusals!(Refusals:
    InvalidRequest, InvalidToken, InsufficientScope, AccessDenied, NotFound, Conflict, PayloadTooLarge,
    UnsupportedMediaType);

/// Takes in a decision that the phone's key signed over what the person was shown. The first decision wins.
#[utoipa::path(
    post,
    path = "/approvals/{id}/decision",
    operation_id = "approval_decision",
    tag = "approval",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The approval.")),
    request_body = DecisionRequest,
    responses((status = 200, description = "How the approval stands now.", body = DecisionAnswer), Refusals)
)]
pub(crate) async fn post(
    State(app): State<AppState>,
    Token(bearer): Token,
    PathParam(id): PathParam<ApprovalId>,
    JsonBody(request): JsonBody<DecisionRequest>,
) -> Reply<DecisionAnswer> {
    let phone = bearer.phone()?;
    let answer = decide(&app.provider, phone, id, request).await?;
    metrics::decision(word(answer.status));
    Ok(JsonReply(answer))
}

fn word(status: ApprovalStatus) -> &'static str {
    match status {
        ApprovalStatus::Pending => "pending",
        ApprovalStatus::Approved => "approved",
        ApprovalStatus::Denied => "denied",
        ApprovalStatus::Expired => "expired",
    }
}
