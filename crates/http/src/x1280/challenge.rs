//! `POST {host}/enroll/challenge` (X.1280 profile §5).

use crate::app::AppState;
use crate::extract::Caller;
use crate::limits::network;
use crate::reply::{JsonReply, Reply, refusals};
use axum::extract::State;
use countersign_core::x1280::enrol::challenge;
use countersign_protocol::x1280::EnrollChallenge;

refusals!(Refusals of x1280: TooManyRequests, PayloadTooLarge);

/// What a phone signs to prove that it holds its key, once.
#[utoipa::path(
    post,
    path = "/enroll/challenge",
    operation_id = "x1280_enroll_challenge",
    tag = "x1280",
    responses((status = 200, description = "The challenge.", body = EnrollChallenge), Refusals)
)]
pub(crate) async fn post(State(app): State<AppState>, caller: Caller) -> Reply<EnrollChallenge> {
    app.limiters.enrolment.check(&network(caller.address))?;
    Ok(JsonReply(challenge(&app.provider).await?))
}
