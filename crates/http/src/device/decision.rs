//! `POST {host}/devices/registrations/{code}/decision` for operators.

use crate::app::AppState;
use crate::extract::{JsonBody, PathParam, Token};
use crate::reply::{JsonReply, Reply, refusals};
use axum::extract::State;
use countersign_core::device::decide::{approve, reject};
use countersign_core::device::list::show;
use countersign_protocol::device::{RegistrationDecision, RegistrationItem, RegistrationVerdict};

refusals!(Refusals:
    InvalidRequest, InvalidToken, InsufficientScope, NotFound, Conflict, PayloadTooLarge, UnsupportedMediaType);

/// Accepts or refuses a machine, for a person whose `idp_role` is `master` or `admin`.
#[utoipa::path(
    post,
    path = "/devices/registrations/{code}/decision",
    operation_id = "device_decision",
    tag = "device",
    security(("bearer" = [])),
    params(("code" = String, Path, description = "The verification code that the machine prints.")),
    request_body = RegistrationDecision,
    responses((status = 200, description = "The registration as it stands now.", body = RegistrationItem), Refusals)
)]
pub(crate) async fn post(
    State(app): State<AppState>,
    Token(bearer): Token,
    PathParam(code): PathParam<String>,
    JsonBody(decision): JsonBody<RegistrationDecision>,
) -> Reply<RegistrationItem> {
    let operator = bearer.operator()?;
    let by = operator.user.username.as_str();
    match decision.status {
        RegistrationVerdict::Approved => approve(&app.provider, &code, by).await?,
        RegistrationVerdict::Rejected => reject(&app.provider, &code, by, decision.reason).await?,
    };
    Ok(JsonReply(show(&app.provider, &code).await?))
}
