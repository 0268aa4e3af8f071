//! `POST {iss}/from-identifier` (onesid.md §8).

use crate::app::AppState;
use crate::extract::{JsonBody, Token};
use crate::reply::{JsonReply, Reply, refusals};
use axum::extract::State;
use countersign_core::oidc::from_identifier::from_identifier;
use countersign_protocol::token::{FromIdentifierAnswer, FromIdentifierRequest};

refusals!(Refusals: InvalidRequest, InvalidToken, InsufficientScope, NotFound, PayloadTooLarge, UnsupportedMediaType);

/// The person behind a username or a user id, for an approved device.
#[utoipa::path(
    post,
    path = "/oidc/from-identifier",
    operation_id = "from_identifier",
    tag = "oidc",
    security(("bearer" = [])),
    request_body = FromIdentifierRequest,
    responses((status = 200, description = "The person.", body = FromIdentifierAnswer), Refusals)
)]
pub(crate) async fn post(
    State(app): State<AppState>,
    Token(bearer): Token,
    JsonBody(request): JsonBody<FromIdentifierRequest>,
) -> Reply<FromIdentifierAnswer> {
    let device = bearer.device()?;
    Ok(JsonReply(from_identifier(&app.provider, device, request).await?))
}
