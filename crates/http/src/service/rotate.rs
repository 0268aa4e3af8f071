//! `POST {host}/services/{serviceId}/rotate` for operators (X.1280 profile §7).

use crate::app::AppState;
use crate::extract::{OptionalJson, PathParam, Token};
use crate::reply::{JsonReply, Reply, refusals};
use axum::extract::State;
use countersign_core::x1280::ServiceId;
use countersign_core::x1280::lifetime::Lifetime;
use countersign_core::x1280::service::rotate;
use countersign_protocol::x1280::{RotationRequest, ServiceHandover};

refusals!(Refusals:
    InvalidRequest, InvalidToken, InsufficientScope, NotFound, Conflict, PayloadTooLarge, UnsupportedMediaType);

/// Replaces credential and response key of a service, or one of them, for a person whose `idp_role` is `master` or
/// `admin`. Those from before end at once; the new ones are told this once.
#[utoipa::path(
    post,
    path = "/services/{serviceId}/rotate",
    operation_id = "rotate_service",
    tag = "service",
    security(("bearer" = [])),
    params(("serviceId" = String, Path, description = "Id of the service.")),
    request_body = Option<RotationRequest>,
    responses((status = 200, description = "What the service is handed over instead.", body = ServiceHandover), Refusals)
)]
pub(crate) async fn post(
    State(app): State<AppState>,
    Token(bearer): Token,
    PathParam(id): PathParam<ServiceId>,
    OptionalJson(request): OptionalJson<RotationRequest>,
) -> Reply<ServiceHandover> {
    let by = bearer.operator()?.user.username.as_str();
    let lifetime = request.expires.as_deref().map(Lifetime::parse).transpose()?;
    let rotated = rotate(
        &app.provider,
        id.as_str(),
        request.only.into(),
        lifetime.unwrap_or_default(),
        by,
    )
    .await?;
    Ok(JsonReply(rotated.into()))
}
