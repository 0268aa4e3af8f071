//! `GET /health`: whether this is the signing service of which machine, and whether the caller is registered.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};

use super::refusal::Refusal;
use super::run::Inside;
use super::sign::refuse_web_page;
use crate::local::Connection;

/// What the service says of itself. Nothing in it is secret: `device.yml` says as much to everybody.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Health {
    /// Always `countersign-signing-service`.
    pub(crate) service: String,
    /// The device whose key signs.
    pub(crate) device_id: String,
    /// Whether this caller may have signatures.
    pub(crate) registered_caller: bool,
}

/// The word by which a client knows this service.
pub(crate) const SERVICE: &str = "countersign-signing-service";

pub(super) async fn get(
    State(inside): State<Arc<Inside>>,
    Extension(connection): Extension<Connection>,
    headers: HeaderMap,
) -> Result<Json<Health>, Refusal> {
    refuse_web_page(connection, &headers)?;
    Ok(Json(Health {
        service: SERVICE.to_owned(),
        device_id: inside.device_id.clone(),
        registered_caller: connection
            .peer
            .is_some_and(|peer| inside.settings.callers.admits(peer)),
    }))
}
