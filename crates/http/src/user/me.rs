//! `GET {host}/users/me` (onesid.md §8).

use crate::app::AppState;
use crate::extract::Token;
use crate::reply::{JsonReply, Reply, refusals};
use axum::extract::State;
use countersign_core::user::me::me;
use countersign_protocol::user::UserAnswer;

refusals!(Refusals: InvalidToken, InsufficientScope);

/// The person behind the token, in the form that older services read. Every member is there; what is not known or was
/// not granted is an empty string.
#[utoipa::path(
    get,
    path = "/users/me",
    operation_id = "me",
    tag = "user",
    security(("bearer" = [])),
    responses((status = 200, description = "The person.", body = UserAnswer), Refusals)
)]
pub(crate) async fn get(State(app): State<AppState>, Token(bearer): Token) -> Reply<UserAnswer> {
    Ok(JsonReply(me(&app.provider, &bearer).await?))
}
