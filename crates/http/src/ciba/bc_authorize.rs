//! `POST {iss}/bc-authorize`: the name that older clients call (onesid.md §6.2).

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

/// The same as `/oidc/backchannel`, for clients whose signed request has the short form of onesid.md C2.
#[utoipa::path(
    post,
    path = "/oidc/bc-authorize",
    operation_id = "bc_authorize",
    tag = "ciba",
    request_body(content = BackchannelForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "The person is being asked.", body = AuthenticationAnswer), Refusals)
)]
pub(crate) async fn post(
    State(app): State<AppState>,
    caller: Caller,
    Form(form): Form<BackchannelForm>,
) -> Reply<AuthenticationAnswer> {
    begin(&app, &caller, form, Endpoint::BcAuthorize).await
}
