//! `GET {host}/authenticators/push-key`: what a phone subscribes with.

use crate::app::AppState;
use crate::reply::{JsonReply, Reply, refusals};
use axum::extract::State;
use countersign_core::authenticator::push;
use countersign_protocol::authenticator::PushKeyAnswer;

refusals!(Refusals: PayloadTooLarge);

/// The provider's public key for push services, `applicationServerKey` of the Push API. It is public, and needed before a
/// phone has a token: a subscription can come with the enrolment.
#[utoipa::path(
    get,
    path = "/authenticators/push-key",
    operation_id = "push_key",
    tag = "authenticator",
    responses((status = 200, description = "The key.", body = PushKeyAnswer), Refusals)
)]
pub(crate) async fn get(State(app): State<AppState>) -> Reply<PushKeyAnswer> {
    Ok(JsonReply(push::key(&app.provider).await?))
}
