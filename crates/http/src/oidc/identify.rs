//! `GET {iss}/identify` (onesid.md §8).

use crate::app::AppState;
use crate::extract::Token;
use crate::reply::{JsonReply, Reply, refusals};
use axum::extract::State;
use countersign_core::oidc::identify::identify;
use countersign_protocol::token::IdentifyAnswer;

refusals!(Refusals: InvalidToken);

/// Who the bearer of this token is, a device or a user.
#[utoipa::path(
    get,
    path = "/oidc/identify",
    operation_id = "identify",
    tag = "oidc",
    security(("bearer" = [])),
    responses((status = 200, description = "Device or user.", body = IdentifyAnswer), Refusals)
)]
pub(crate) async fn get(State(app): State<AppState>, Token(bearer): Token) -> Reply<IdentifyAnswer> {
    Ok(JsonReply(identify(&app.provider, &bearer).await?))
}
