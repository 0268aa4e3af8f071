//! `/auth/qr`, `/auth/qr/make` and `/auth/qr/status` (onesid.md §11).

use super::failure::Failure;
use super::{QrHosting, Service, Shared};
use axum::Json;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use countersign_protocol::qr::{SessionAnswer, StatusRequest};
use serde_json::{Value, json};

/// A session of the older form, 200.
pub(super) async fn legacy(State(service): Shared) -> Result<Json<Value>, Failure> {
    let made = service.provider.make_legacy_session().await?;
    Ok(Json(json!({
        "deviceId": service.device_id, "auth_req_id": made.auth_req_id, "exp": made.exp,
    })))
}

/// A new session; POST answers 201, as the published module does.
pub(super) async fn make(
    State(service): Shared,
    method: Method,
) -> Result<(StatusCode, Json<Value>), Failure> {
    let session = match service.qr_hosting {
        QrHosting::Provider => written(&service.provider.make_session().await?)?,
        QrHosting::RelyingParty => written(&service.sessions.make()?)?,
    };
    let status = if method == Method::POST {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok((status, session))
}

/// The session as it stands now, 201, or 404 `Session not found`.
pub(super) async fn status(
    State(service): Shared,
    Json(request): Json<StatusRequest>,
) -> Result<(StatusCode, Json<Value>), Failure> {
    let session = match service.qr_hosting {
        QrHosting::RelyingParty => service
            .sessions
            .find(&request.session_id)
            .as_ref()
            .map(written)
            .transpose()?,
        QrHosting::Provider => service.look(&request.session_id).await?,
    };
    let session = session.ok_or_else(Failure::session_not_found)?;
    Ok((StatusCode::CREATED, session))
}

impl Service {
    /// Looks at a session of the provider, and sends the request when a phone has scanned it: the answer has the handle
    /// to poll with, and never the token that names the person.
    async fn look(&self, id: &str) -> Result<Option<Json<Value>>, Failure> {
        let Some(mut session) = self.provider.session(id).await? else {
            return Ok(None);
        };
        let token = session.login_hint_token.take();
        if let (Some(token), None) = (token, &session.auth_request_id) {
            let started = self.continue_session(id, token).await?;
            session = SessionAnswer {
                auth_request_id: Some(started.auth_req_id),
                ciba_request_invoked: true,
                ..session
            };
        }
        written(&session).map(Some)
    }
}

fn written(value: &impl serde::Serialize) -> Result<Json<Value>, Failure> {
    serde_json::to_value(value)
        .map(Json)
        .map_err(|_| Failure::provider("the session cannot be written"))
}
