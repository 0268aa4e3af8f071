//! `GET /healthz` and `GET /readyz`, for whoever runs the process.

use crate::app::AppState;
use crate::reply::{JsonReply, Reply, refusals};
use axum::extract::State;
use countersign_core::keys::KeyPurpose;
use countersign_core::{Fault, Outcome};
use serde::Serialize;
use utoipa::ToSchema;

refusals!(Refusals: TemporarilyUnavailable);

/// A yes.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`, or `ready`.
    status: &'static str,
}

/// The process answers. Nothing else is looked at: a restart would not repair a store.
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "healthz",
    tag = "health",
    responses((status = 200, description = "The process answers.", body = Health))
)]
pub(crate) async fn healthz() -> JsonReply<Health> {
    JsonReply(Health { status: "ok" })
}

/// Requests can be served: the store reads and writes, there are keys, and the server is not about to stop.
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "readyz",
    tag = "health",
    responses((status = 200, description = "Send requests.", body = Health), Refusals)
)]
pub(crate) async fn readyz(State(app): State<AppState>) -> Reply<Health> {
    ready(&app).await?;
    Ok(JsonReply(Health { status: "ready" }))
}

async fn ready(app: &AppState) -> Outcome<()> {
    if app.settings.shutdown.is_cancelled() {
        return Err(Fault::temporary("the server is about to stop").into());
    }
    if app
        .provider
        .keys()
        .published(KeyPurpose::Oidc, app.provider.clock.now())
        .is_empty()
    {
        return Err(
            Fault::temporary("there is no signing key; make one with `countersign key rotate`").into(),
        );
    }
    Ok(app.provider.store.check().await?)
}
