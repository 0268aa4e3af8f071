//! `GET /auth/qr` and `GET /auth/qr/{auth_req_id}`: a person by their phone's camera (onesid.md §10.3).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use countersign_protocol::qr::LegacyStatus;
use serde::Serialize;
use uuid::Uuid;

use super::refusal::Refusal;
use super::run::Inside;

/// What a program draws as a QR code (`auth_req_id` and `deviceId`), and for how long it is good.
#[derive(Serialize)]
pub(super) struct QrAnswer {
    auth_req_id: Uuid,
    /// Seconds until it ends.
    exp: u64,
    #[serde(rename = "deviceId")]
    device_id: Uuid,
}

pub(super) async fn make(State(inside): State<Arc<Inside>>) -> Result<(StatusCode, Json<QrAnswer>), Refusal> {
    let session = inside.client().await?.make_legacy_qr_session().await?;
    let answer = QrAnswer {
        auth_req_id: session.auth_req_id,
        exp: session.exp,
        device_id: inside.device_id(),
    };
    Ok((StatusCode::ACCEPTED, Json(answer)))
}

pub(super) async fn status(
    State(inside): State<Arc<Inside>>,
    Path(auth_req_id): Path<String>,
) -> Result<(StatusCode, Json<LegacyStatus>), Refusal> {
    let auth_req_id =
        Uuid::parse_str(&auth_req_id).map_err(|_| Refusal::Shape("auth_req_id must be a UUID"))?;
    let status = inside.client().await?.legacy_qr_session(auth_req_id).await?;
    Ok((StatusCode::ACCEPTED, Json(status)))
}
