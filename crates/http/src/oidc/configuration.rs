//! `GET {iss}/.well-known/openid-configuration` (OpenID Connect Discovery §4).

use super::published::public;
use crate::app::AppState;
use crate::reply::{ErrorReply, refusals};
use axum::extract::State;
use axum::response::Response;
use countersign_protocol::oidc::ProviderMetadata;

refusals!(Refusals: InvalidRequest);

/// What this provider offers and where.
#[utoipa::path(
    get,
    path = "/oidc/.well-known/openid-configuration",
    operation_id = "configuration",
    tag = "oidc",
    responses((status = 200, description = "The provider metadata.", body = ProviderMetadata), Refusals)
)]
pub(crate) async fn get(State(app): State<AppState>) -> Result<Response, ErrorReply> {
    Ok(public(
        app.published.metadata(&app.provider)?,
        "public, max-age=3600",
    ))
}
