//! `POST {iss}/device-key` (countersign_protocol::device_key).

use crate::app::AppState;
use crate::extract::client::{ClientProof, authenticate};
use crate::extract::{Caller, Form};
use crate::reply::{JsonReply, Reply, refusals};
use axum::extract::State;
use countersign_core::client::Endpoint;
use countersign_core::device::rotate::{KeyRotation, rotate};
use countersign_protocol::device_key::KeyRotationAnswer;
use serde::Deserialize;
use utoipa::ToSchema;

refusals!(Refusals:
    InvalidRequest, InvalidClient, UnauthorizedClient, Conflict, TooManyRequests, PayloadTooLarge);

/// The form of a key rotation. `aud` of the client assertion is the address of this endpoint and nothing else.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewDeviceKey {
    /// A JWK Set with the new public key alone, as JSON text.
    public_key: Option<String>,
    /// A JWS by the new key: `typ` `device-key+jwt`, `iss` the client id, `aud` the issuer, `iat`, `exp` at most 60 s
    /// away, `jti`, `thumbprint` of the old key (RFC 7638).
    proof: Option<String>,
    /// Who asks, proved with the old key.
    #[serde(flatten)]
    client: ClientProof,
}

/// Replaces the key of the device that calls. From the answer on only the new key counts.
#[utoipa::path(
    post,
    path = "/oidc/device-key",
    operation_id = "device_key",
    tag = "device",
    request_body(content = NewDeviceKey, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "Both thumbprints.", body = KeyRotationAnswer), Refusals)
)]
pub(crate) async fn post(
    State(app): State<AppState>,
    caller: Caller,
    Form(form): Form<NewDeviceKey>,
) -> Reply<KeyRotationAnswer> {
    let client = authenticate(&app, &caller, form.client, Endpoint::DeviceKey).await?;
    let rotation = KeyRotation {
        public_key: form.public_key,
        proof: form.proof,
    };
    Ok(JsonReply(rotate(&app.provider, client, rotation).await?))
}
