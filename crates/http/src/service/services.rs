//! `{host}/services` for operators (X.1280 profile §7).

use crate::app::AppState;
use crate::extract::{JsonBody, Token};
use crate::reply::{Created, ErrorReply, JsonReply, Reply, refusals};
use axum::extract::State;
use countersign_core::x1280::service::{add, stored_list};
use countersign_protocol::x1280::{ServiceHandover, ServiceRequest, StoredServiceList};

refusals!(ReadRefusals: InvalidToken, InsufficientScope);
refusals!(WriteRefusals:
    InvalidRequest, InvalidClientMetadata, InvalidToken, InsufficientScope, PayloadTooLarge, UnsupportedMediaType);

/// All services, oldest first, for a person whose `idp_role` is `master`, `admin` or `auditor`.
#[utoipa::path(
    get,
    path = "/services",
    operation_id = "services",
    tag = "service",
    security(("bearer" = [])),
    responses((status = 200, description = "The services.", body = StoredServiceList), ReadRefusals)
)]
pub(crate) async fn get(State(app): State<AppState>, Token(bearer): Token) -> Reply<StoredServiceList> {
    bearer.reader()?;
    Ok(JsonReply(stored_list(&app.provider).await?))
}

/// Registers a service, for a person whose `idp_role` is `master` or `admin`. What it is handed over is told this once.
#[utoipa::path(
    post,
    path = "/services",
    operation_id = "add_service",
    tag = "service",
    security(("bearer" = [])),
    request_body = ServiceRequest,
    responses((status = 201, description = "What the service is handed over.", body = ServiceHandover), WriteRefusals)
)]
pub(crate) async fn post(
    State(app): State<AppState>,
    Token(bearer): Token,
    JsonBody(request): JsonBody<ServiceRequest>,
) -> Result<Created<ServiceHandover>, ErrorReply> {
    let by = bearer.operator()?.user.username.as_str();
    let added = add(&app.provider, request.try_into()?, by).await?;
    Ok(Created(added.into()))
}
