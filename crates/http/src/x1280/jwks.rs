//! `GET {host}/.well-known/jwks.json` (X.1280 profile §4).

use crate::app::AppState;
use crate::oidc::published::{public, rendered};
use crate::reply::{ErrorReply, refusals};
use axum::extract::State;
use axum::response::Response;
use countersign_core::x1280::identity_jwks;

refusals!(Refusals of x1280: InvalidRequest);

/// The keys that verify identities: ES256 alone. Services check identities in web pages too, so any page may read it.
#[utoipa::path(
    get,
    path = "/.well-known/jwks.json",
    operation_id = "x1280_jwks",
    tag = "x1280",
    responses((status = 200, description = "A JWK Set.", body = Object), Refusals)
)]
pub(crate) async fn get(State(app): State<AppState>) -> Result<Response, ErrorReply> {
    let keys = identity_jwks(&app.provider).await?;
    Ok(public(rendered(&keys)?, "public, max-age=3600"))
}
