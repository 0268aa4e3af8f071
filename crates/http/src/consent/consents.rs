//! `GET {host}/consents` (phone token).

use crate::app::AppState;
use crate::extract::Token;
use crate::reply::{JsonReply, Reply, refusals};
use axum::extract::State;
use countersign_core::consent::list::given_by;
use countersign_protocol::consent::ConsentList;

refusals!(Refusals: InvalidToken, InsufficientScope);

/// What this person consented to, withdrawn or not, newest first.
#[utoipa::path(
    get,
    path = "/consents",
    operation_id = "consents",
    tag = "consent",
    security(("bearer" = [])),
    responses((status = 200, description = "The consents.", body = ConsentList), Refusals)
)]
pub(crate) async fn get(State(app): State<AppState>, Token(bearer): Token) -> Reply<ConsentList> {
    let phone = bearer.phone()?;
    Ok(JsonReply(given_by(&app.provider, phone).await?))
}
