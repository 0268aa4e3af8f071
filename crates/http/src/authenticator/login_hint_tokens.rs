//! `POST {host}/login-hint-tokens` (phone token).

use crate::app::AppState;
use crate::extract::Token;
use crate::reply::{JsonReply, Reply, refusals};
use axum::extract::State;
use countersign_core::authenticator::login_hint_token::make;
use countersign_protocol::authenticator::LoginHintTokenAnswer;

refusals!(Refusals: InvalidToken, InsufficientScope, TooManyRequests, PayloadTooLarge);

/// A token that names the person to a service once. No body is read.
#[utoipa::path(
    post,
    path = "/login-hint-tokens",
    operation_id = "login_hint_token",
    tag = "authenticator",
    security(("bearer" = [])),
    responses((status = 200, description = "The token.", body = LoginHintTokenAnswer), Refusals)
)]
pub(crate) async fn post(State(app): State<AppState>, Token(bearer): Token) -> Reply<LoginHintTokenAnswer> {
    let phone = bearer.phone()?;
    Ok(JsonReply(make(&app.provider, phone).await?))
}
