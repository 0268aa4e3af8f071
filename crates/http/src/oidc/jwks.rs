//! `GET {iss}/jwks` (RFC 7517 §5).

use super::published::public;
use crate::app::AppState;
use crate::reply::{ErrorReply, refusals};
use axum::extract::State;
use axum::response::Response;

refusals!(Refusals: InvalidRequest);

/// The keys that verify our tokens: RS256 first, for published clients take the first key (onesid.md §1).
///
/// May be cached for ten minutes. A new key is announced for a day before it signs, so a cache never misses one; and a
/// revoked key leaves every cache soon.
#[utoipa::path(
    get,
    path = "/oidc/jwks",
    operation_id = "jwks",
    tag = "oidc",
    responses((status = 200, description = "A JWK Set.", body = Object), Refusals)
)]
pub(crate) async fn get(State(app): State<AppState>) -> Result<Response, ErrorReply> {
    Ok(public(app.published.jwks(&app.provider)?, "public, max-age=600"))
}
