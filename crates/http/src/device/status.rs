//! `GET {host}/devices/registration/status/{code}` (onesid.md §3): JSON on every status, for the published client reads
//! the body before it looks at the status.

use crate::app::AppState;
use crate::extract::{Caller, PathParam};
use crate::limits::network;
use crate::reply::{JsonReply, Reply, refusals};
use axum::extract::State;
use countersign_core::device::register::status;
use countersign_protocol::device::RegistrationStatusAnswer;

refusals!(Refusals: NotFound, TooManyRequests);

/// Where a registration stands.
#[utoipa::path(
    get,
    path = "/devices/registration/status/{code}",
    operation_id = "device_registration_status",
    tag = "device",
    params(("code" = String, Path, description = "The verification code.")),
    responses((status = 200, description = "Where it stands.", body = RegistrationStatusAnswer), Refusals)
)]
pub(crate) async fn get(
    State(app): State<AppState>,
    caller: Caller,
    PathParam(code): PathParam<String>,
) -> Reply<RegistrationStatusAnswer> {
    app.limiters.registration_status.check(&network(caller.address))?;
    Ok(JsonReply(status(&app.provider, &code).await?))
}
