//! `GET` and `POST {iss}/me`: userinfo (OpenID Connect Core §5.3).

use crate::app::AppState;
use crate::extract::Token;
use crate::reply::{JsonReply, Reply, refusals};
use axum::extract::State;
use countersign_core::oidc::userinfo::userinfo;
use countersign_protocol::token::UserinfoAnswer;

refusals!(Refusals: InvalidToken, InsufficientScope, PayloadTooLarge);

/// Claims about the person behind the token.
#[utoipa::path(
    get,
    path = "/oidc/me",
    operation_id = "userinfo",
    tag = "oidc",
    security(("bearer" = [])),
    responses((status = 200, description = "The claims.", body = UserinfoAnswer), Refusals)
)]
pub(crate) async fn get(State(app): State<AppState>, Token(bearer): Token) -> Reply<UserinfoAnswer> {
    Ok(JsonReply(userinfo(&app.provider, &bearer).await?))
}

/// The same by POST, as OpenID Connect Core §5.3.1 asks. The body is not read: a token in a form is refused here on
/// purpose, since forms end up in logs (RFC 6750 §2.2 makes it optional).
#[utoipa::path(
    post,
    path = "/oidc/me",
    operation_id = "userinfo_by_post",
    tag = "oidc",
    security(("bearer" = [])),
    responses((status = 200, description = "The claims.", body = UserinfoAnswer), Refusals)
)]
pub(crate) async fn post(State(app): State<AppState>, Token(bearer): Token) -> Reply<UserinfoAnswer> {
    Ok(JsonReply(userinfo(&app.provider, &bearer).await?))
}
