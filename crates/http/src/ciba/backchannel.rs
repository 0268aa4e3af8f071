//! `POST {iss}/backchannel` (CIBA Core §7).

use super::{BackchannelForm, begin};
use crate::app::AppState;
use crate::extract::{Caller, Form};
use crate::reply::{Reply, refusals};
use axum::extract::State;
use countersign_core::client::Endpoint;
use countersign_protocol::ciba::AuthenticationAnswer;

refusals!(Refusals:
    InvalidRequest, InvalidClient, UnauthorizedClient, InvalidScope, InvalidTarget, ExpiredLoginHintToken, UnknownUserId, InvalidUserCode, InvalidBindingMessage, RequestUriNotSupported, RegistrationNotSupported,
    AccessDenied, TooManyRequests, PayloadTooLarge);

/// Asks for a person's sign-in; the answer's `auth_req_id` is redeemed at the token endpoint.
#[utoipa::path(
    post,
    path = "/oidc/backchannel",
    operation_id = "backchannel",
    tag = "ciba",
    request_body(content = BackchannelForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "The person is being asked.", body = AuthenticationAnswer), Refusals)
)]
pub(crate) async fn post(
    State(app): State<AppState>,
    caller: Caller,
    Form(form): Form<BackchannelForm>,
) -> Reply<AuthenticationAnswer> {
    begin(&app, &caller, form, Endpoint::Backchannel).await
}
