//! `PUT` and `DELETE {host}/authenticators/self/push` (phone token): where a phone wants to be woken.

use crate::app::AppState;
use crate::extract::{JsonBody, Token};
use crate::reply::{ErrorReply, refusals};
use axum::extract::{FromRequest as _, Request, State};
use axum::http::StatusCode;
use countersign_core::authenticator::push;
use countersign_protocol::authenticator::PushSubscriptionRequest;

refusals!(Refusals:
    InvalidRequest, InvalidToken, InsufficientScope, TooManyRequests, PayloadTooLarge, UnsupportedMediaType);

/// Registers the phone's push subscription, in place of an earlier one: the JSON form of `PushSubscription`.
///
/// A message says that there is something to look at, and names at most the approval's id; the rest is fetched with the
/// phone's token.
#[utoipa::path(
    put,
    path = "/authenticators/self/push",
    operation_id = "subscribe",
    tag = "authenticator",
    security(("bearer" = [])),
    request_body = PushSubscriptionRequest,
    responses((status = 204, description = "The phone will be woken there."), Refusals)
)]
pub(crate) async fn put(
    State(app): State<AppState>,
    Token(bearer): Token,
    request: Request,
) -> Result<StatusCode, ErrorReply> {
    let phone = bearer.phone()?;
    let JsonBody(subscription) = JsonBody::<PushSubscriptionRequest>::from_request(request, &app).await?;
    push::subscribe(&app.provider, phone, &subscription).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Forgets the phone's push subscription; without one it changes nothing. No body is read.
#[utoipa::path(
    delete,
    path = "/authenticators/self/push",
    operation_id = "unsubscribe",
    tag = "authenticator",
    security(("bearer" = [])),
    responses((status = 204, description = "The phone will not be woken any more."), Refusals)
)]
pub(crate) async fn delete(
    State(app): State<AppState>,
    Token(bearer): Token,
) -> Result<StatusCode, ErrorReply> {
    push::unsubscribe(&app.provider, bearer.phone()?).await?;
    Ok(StatusCode::NO_CONTENT)
}
