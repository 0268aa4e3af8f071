//! `GET {host}/devices/registrations` for operators.

use crate::app::AppState;
use crate::extract::{Query, Token};
use crate::reply::{JsonReply, Reply, refusals};
use axum::extract::State;
use countersign_core::device::list::{DeviceStatus, list};
use countersign_protocol::device::RegistrationList;
use serde::Deserialize;

refusals!(Refusals: InvalidRequest, InvalidToken, InsufficientScope);

/// Which registrations are wanted.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// `pending`, `approved`, `rejected`, `expired`, `suspended` or `revoked`; all when absent.
    status: Option<String>,
}

/// The registrations, newest first, for a person whose `idp_role` is `master`, `admin` or `auditor`.
#[utoipa::path(
    get,
    path = "/devices/registrations",
    operation_id = "device_registrations",
    tag = "device",
    security(("bearer" = [])),
    params(Wanted),
    responses((status = 200, description = "The registrations.", body = RegistrationList), Refusals)
)]
pub(crate) async fn get(
    State(app): State<AppState>,
    Token(bearer): Token,
    Query(wanted): Query<Wanted>,
) -> Reply<RegistrationList> {
    bearer.reader()?;
    let status = wanted.status.as_deref().map(DeviceStatus::parse).transpose()?;
    Ok(JsonReply(RegistrationList {
        registrations: list(&app.provider, status).await?,
    }))
}
