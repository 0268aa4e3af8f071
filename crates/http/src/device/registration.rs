//! `POST {host}/devices/registration` (onesid.md §3).

use crate::app::AppState;
use crate::extract::{Caller, JsonBody};
use crate::limits::network;
use crate::reply::{Created, ErrorReply, refusals};
use axum::extract::{FromRequest as _, Request, State};
use countersign_core::device::register::register;
use countersign_protocol::device::{RegistrationAnswer, RegistrationRequest};

refusals!(Refusals: InvalidRequest, TooManyRequests, PayloadTooLarge, UnsupportedMediaType);

/// A machine asks to be known. It prints the code, an operator compares it and decides.
#[utoipa::path(
    post,
    path = "/devices/registration",
    operation_id = "device_registration",
    tag = "device",
    request_body = RegistrationRequest,
    responses((status = 201, description = "The code to poll with.", body = RegistrationAnswer), Refusals)
)]
pub(crate) async fn post(
    State(app): State<AppState>,
    caller: Caller,
    request: Request,
) -> Result<Created<RegistrationAnswer>, ErrorReply> {
    // Before the body: anybody may call this.
    app.limiters.registration.check(&network(caller.address))?;
    let JsonBody(request) = JsonBody::<RegistrationRequest>::from_request(request, &app).await?;
    let registered = register(&app.provider, request, caller.address.map(|ip| ip.to_string())).await?;
    Ok(Created(RegistrationAnswer {
        verification_code: registered.verification_code,
    }))
}
