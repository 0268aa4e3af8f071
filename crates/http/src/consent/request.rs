//! `POST {iss}/consent` (device token).

use crate::app::AppState;
use crate::extract::{Caller, JsonBody, Token};
use crate::reply::{Created, ErrorReply, refusals};
use axum::extract::State;
use countersign_core::consent::ask::ask;
use countersign_protocol::consent::{ConsentAnswer, ConsentRequest};

refusals!(Refusals:
    InvalidRequest, InvalidToken, InsufficientScope, InvalidTarget, UnknownUserId, AccessDenied, TooManyRequests,
    PayloadTooLarge, UnsupportedMediaType);

/// Asks a person for personal data. The person decides item by item; leaving out a required one denies the request.
#[utoipa::path(
    post,
    path = "/oidc/consent",
    operation_id = "consent_request",
    tag = "consent",
    security(("bearer" = [])),
    request_body = ConsentRequest,
    responses((status = 201, description = "The person is asked.", body = ConsentAnswer), Refusals)
)]
pub(crate) async fn post(
    State(app): State<AppState>,
    caller: Caller,
    Token(bearer): Token,
    JsonBody(request): JsonBody<ConsentRequest>,
) -> Result<Created<ConsentAnswer>, ErrorReply> {
    let device = bearer.device()?;
    app.limiters.requests_per_client.check(&device.device.client_id)?;
    Ok(Created(
        ask(&app.provider, device, request, caller.origin()).await?,
    ))
}
