//! `{host}/applications/{id}` for operators (onesid.md §9, decisions.md "Devices and operators").

use crate::app::AppState;
use crate::extract::{MergePatch, PathParam, Token};
use crate::reply::{ErrorReply, JsonReply, Reply, refusals};
use axum::extract::State;
use axum::http::StatusCode;
use countersign_core::application::change::change;
use countersign_core::application::list::stored;
use countersign_core::application::remove::remove;
use countersign_core::id::ApplicationId;
use countersign_protocol::application::{ApplicationRequest, StoredApplication};

refusals!(ReadRefusals: InvalidToken, InsufficientScope, NotFound);
refusals!(ChangeRefusals:
    InvalidRequest, InvalidToken, InsufficientScope, NotFound, Conflict, PayloadTooLarge, UnsupportedMediaType);

/// One application, for a person whose `idp_role` is `master`, `admin` or `auditor`.
#[utoipa::path(
    get,
    path = "/applications/{id}",
    operation_id = "application",
    tag = "application",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Id of the application.")),
    responses((status = 200, description = "The application as it is stored.", body = StoredApplication), ReadRefusals)
)]
pub(crate) async fn get(
    State(app): State<AppState>,
    Token(bearer): Token,
    PathParam(id): PathParam<ApplicationId>,
) -> Reply<StoredApplication> {
    bearer.reader()?;
    Ok(JsonReply(stored(&app.provider, id).await?))
}

/// Changes an application by a JSON merge patch (RFC 7396) of what `POST /applications` takes, for a person whose
/// `idp_role` is `master` or `admin`. A member that an application does not have is refused. `isEnabled: false` refuses
/// new sign-ins at once, and tokens for its resource are neither handed out nor renewed.
#[utoipa::path(
    patch,
    path = "/applications/{id}",
    operation_id = "change_application",
    tag = "application",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Id of the application.")),
    request_body(
        description = "The members to change; null removes one. Sent as application/merge-patch+json or \
            application/json.",
        content((ApplicationRequest = "application/merge-patch+json"), (ApplicationRequest = "application/json")),
    ),
    responses((status = 200, description = "The application as it is stored.", body = StoredApplication), ChangeRefusals)
)]
pub(crate) async fn patch(
    State(app): State<AppState>,
    Token(bearer): Token,
    PathParam(id): PathParam<ApplicationId>,
    MergePatch(patch): MergePatch,
) -> Reply<StoredApplication> {
    let by = bearer.operator()?.user.username.as_str();
    change(&app.provider, &id.to_string(), patch, by).await?;
    Ok(JsonReply(stored(&app.provider, id).await?))
}

/// Removes an application for good, for a person whose `idp_role` is `master` or `admin`. Its host name is free for
/// another one; its client signs nobody in until another application stands for it.
#[utoipa::path(
    delete,
    path = "/applications/{id}",
    operation_id = "remove_application",
    tag = "application",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Id of the application.")),
    responses((status = 204, description = "It is removed."), ReadRefusals)
)]
pub(crate) async fn delete(
    State(app): State<AppState>,
    Token(bearer): Token,
    PathParam(id): PathParam<ApplicationId>,
) -> Result<StatusCode, ErrorReply> {
    let by = bearer.operator()?.user.username.as_str();
    remove(&app.provider, &id.to_string(), by).await?;
    Ok(StatusCode::NO_CONTENT)
}
