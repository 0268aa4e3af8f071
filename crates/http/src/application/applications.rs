//! `{host}/applications` for operators (onesid.md §9, decisions.md "Devices and operators").

use crate::app::AppState;
use crate::extract::{JsonBody, Token};
use crate::reply::{Created, ErrorReply, JsonReply, Reply, refusals};
use axum::extract::State;
use countersign_core::application::add::add;
use countersign_core::application::list::{stored, stored_list};
use countersign_protocol::application::{ApplicationRequest, StoredApplication, StoredApplicationList};

refusals!(ReadRefusals: InvalidToken, InsufficientScope);
refusals!(WriteRefusals:
    InvalidRequest, InvalidToken, InsufficientScope, Conflict, PayloadTooLarge, UnsupportedMediaType);

/// All applications, oldest first, for a person whose `idp_role` is `master`, `admin` or `auditor`.
#[utoipa::path(
    get,
    path = "/applications",
    operation_id = "applications",
    tag = "application",
    security(("bearer" = [])),
    responses((status = 200, description = "The applications.", body = StoredApplicationList), ReadRefusals)
)]
pub(crate) async fn get(State(app): State<AppState>, Token(bearer): Token) -> Reply<StoredApplicationList> {
    bearer.reader()?;
    Ok(JsonReply(stored_list(&app.provider).await?))
}

/// Adds an application, for a person whose `idp_role` is `master` or `admin`. What the approval of a device has made
/// already is completed, not doubled.
#[utoipa::path(
    post,
    path = "/applications",
    operation_id = "add_application",
    tag = "application",
    security(("bearer" = [])),
    request_body = ApplicationRequest,
    responses((status = 201, description = "The application as it is stored.", body = StoredApplication), WriteRefusals)
)]
pub(crate) async fn post(
    State(app): State<AppState>,
    Token(bearer): Token,
    JsonBody(request): JsonBody<ApplicationRequest>,
) -> Result<Created<StoredApplication>, ErrorReply> {
    let operator = bearer.operator()?;
    let added = add(
        &app.provider,
        request.try_into()?,
        operator.user.username.as_str(),
    )
    .await?;
    Ok(Created(stored(&app.provider, added.id).await?))
}
