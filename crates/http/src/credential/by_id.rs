//! `{host}/credentials/{tokenId}` for operators (X.1280 profile §6).

use crate::app::AppState;
use crate::extract::{PathParam, Query, Token};
use crate::reply::{ErrorReply, refusals};
use axum::extract::State;
use axum::http::StatusCode;
use countersign_core::x1280::TokenId;
use countersign_core::x1280::credential::revoke;
use countersign_protocol::x1280::RevocationQuery;

refusals!(Refusals: InvalidRequest, InvalidToken, InsufficientScope, NotFound, Conflict);

/// Ends a credential for good, with its enrolment, for a person whose `idp_role` is `master` or `admin`. An id that was
/// never seen here is revoked too: an issuer may tell of a loss before anybody shows the credential.
#[utoipa::path(
    delete,
    path = "/credentials/{tokenId}",
    operation_id = "revoke_credential",
    tag = "credential",
    security(("bearer" = [])),
    params(("tokenId" = String, Path, description = "Id of the credential."), RevocationQuery),
    responses((status = 204, description = "It is revoked."), Refusals)
)]
pub(crate) async fn delete(
    State(app): State<AppState>,
    Token(bearer): Token,
    PathParam(id): PathParam<TokenId>,
    Query(why): Query<RevocationQuery>,
) -> Result<StatusCode, ErrorReply> {
    let by = bearer.operator()?.user.username.as_str();
    revoke(&app.provider, id.as_str(), why.reason, by).await?;
    Ok(StatusCode::NO_CONTENT)
}
