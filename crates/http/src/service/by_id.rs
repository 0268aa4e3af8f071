//! `{host}/services/{serviceId}` for operators (X.1280 profile §7).

use crate::app::AppState;
use crate::extract::{PathParam, Token};
use crate::reply::{ErrorReply, JsonReply, Reply, refusals};
use axum::extract::State;
use axum::http::StatusCode;
use countersign_core::x1280::ServiceId;
use countersign_core::x1280::service::{disable, find};
use countersign_protocol::x1280::StoredService;

refusals!(ReadRefusals: InvalidToken, InsufficientScope, NotFound);
refusals!(StopRefusals: InvalidToken, InsufficientScope, NotFound, Conflict);

/// One service, for a person whose `idp_role` is `master`, `admin` or `auditor`.
#[utoipa::path(
    get,
    path = "/services/{serviceId}",
    operation_id = "service",
    tag = "service",
    security(("bearer" = [])),
    params(("serviceId" = String, Path, description = "Id of the service.")),
    responses((status = 200, description = "The service as it is stored.", body = StoredService), ReadRefusals)
)]
pub(crate) async fn get(
    State(app): State<AppState>,
    Token(bearer): Token,
    PathParam(id): PathParam<ServiceId>,
) -> Reply<StoredService> {
    bearer.reader()?;
    Ok(JsonReply(find(&app.provider, id.as_str()).await?.into()))
}

/// Disables a service, for a person whose `idp_role` is `master` or `admin`: nothing is begun or answered for it from now
/// on. The record stays, since signed answers were given to it; `countersign service enable` takes it back.
#[utoipa::path(
    delete,
    path = "/services/{serviceId}",
    operation_id = "disable_service",
    tag = "service",
    security(("bearer" = [])),
    params(("serviceId" = String, Path, description = "Id of the service.")),
    responses((status = 204, description = "It is disabled."), StopRefusals)
)]
pub(crate) async fn delete(
    State(app): State<AppState>,
    Token(bearer): Token,
    PathParam(id): PathParam<ServiceId>,
) -> Result<StatusCode, ErrorReply> {
    let by = bearer.operator()?.user.username.as_str();
    disable(&app.provider, id.as_str(), by).await?;
    Ok(StatusCode::NO_CONTENT)
}
