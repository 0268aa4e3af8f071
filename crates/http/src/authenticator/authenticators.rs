//! `POST {host}/authenticators`: a phone joins with an invitation.

use crate::app::AppState;
use crate::extract::{Caller, JsonBody};
use crate::limits::network;
use crate::reply::{Created, ErrorReply, refusals};
use axum::extract::{FromRequest as _, Request, State};
use countersign_core::authenticator::enrol::enrol;
use countersign_protocol::authenticator::{EnrolmentAnswer, EnrolmentRequest};

refusals!(Refusals:
    InvalidRequest, AccessDenied, TooManyRequests, PayloadTooLarge, UnsupportedMediaType);

/// Enrols a phone. The invitation is single use; the proof shows that the phone holds the key.
#[utoipa::path(
    post,
    path = "/authenticators",
    operation_id = "enrol",
    tag = "authenticator",
    request_body = EnrolmentRequest,
    responses((status = 201, description = "The phone is enrolled.", body = EnrolmentAnswer), Refusals)
)]
pub(crate) async fn post(
    State(app): State<AppState>,
    caller: Caller,
    request: Request,
) -> Result<Created<EnrolmentAnswer>, ErrorReply> {
    // Before the body: anybody may call this.
    app.limiters.enrolment.check(&network(caller.address))?;
    let JsonBody(request) = JsonBody::<EnrolmentRequest>::from_request(request, &app).await?;
    Ok(Created(enrol(&app.provider, request).await?))
}
