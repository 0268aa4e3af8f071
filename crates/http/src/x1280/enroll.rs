//! `POST {host}/enroll` (X.1280 profile §5). The page at the same address is [`crate::authenticator::enroll`].

use crate::app::AppState;
use crate::extract::{Caller, JsonBody};
use crate::limits::network;
use crate::reply::{JsonReply, Reply, refusals};
use axum::extract::State;
use countersign_core::x1280::enrol::enrol;
use countersign_protocol::x1280::{EnrollAnswer, EnrollRequest};

refusals!(Refusals of x1280: InvalidRequest, Conflict, TooManyRequests, PayloadTooLarge, UnsupportedMediaType);

/// A phone takes on a person's credential, with the proof that it holds its key.
#[utoipa::path(
    post,
    path = "/enroll",
    operation_id = "x1280_enroll",
    tag = "x1280",
    request_body = EnrollRequest,
    responses((status = 200, description = "The credential is on the phone.", body = EnrollAnswer), Refusals)
)]
pub(crate) async fn post(
    State(app): State<AppState>,
    caller: Caller,
    JsonBody(request): JsonBody<EnrollRequest>,
) -> Reply<EnrollAnswer> {
    // After the body: what is no enrolment at all does not lock anybody out for an hour.
    app.limiters
        .credential_enrolment
        .check(&network(caller.address))?;
    Ok(JsonReply(enrol(&app.provider, request).await?))
}
