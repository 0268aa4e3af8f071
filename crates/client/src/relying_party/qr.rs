//! `/auth/qr`, `/auth/qr/make` and `/auth/qr/status` (onesid.md §11).

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use countersign_protocol::ErrorCode;
use countersign_protocol::qr::{MakeRequest, StatusRequest};
use serde_json::json;

use super::failure::{Body, Failure};
use super::{QrHosting, Service, Shared};
use crate::qr::QrCiba;

/// A code of the older form (onesid.md §10.3).
pub(super) async fn legacy(State(service): Shared) -> Result<Response, Failure> {
    let device_id = service
        .config
        .device_id
        .ok_or_else(|| Failure::new(ErrorCode::NotFound, "this service has no codes of the older form"))?;
    let made = service.client.make_legacy_qr_session().await?;
    Ok(fresh(json!({
        "deviceId": device_id, "auth_req_id": made.auth_req_id, "exp": made.exp,
    })))
}

/// A new code. One of the provider's changes every second if the front end asks for it; the service's own do not.
pub(super) async fn make(State(service): Shared, body: Bytes) -> Result<Response, Failure> {
    let MakeRequest { animated } = make_request(&body)?;
    match &service.config.qr_hosting {
        QrHosting::Provider => {
            let session = match animated {
                true => service.client.make_animated_qr_auth_session_idp().await?,
                false => service.client.make_qr_auth_session_idp().await?,
            };
            service.hosted.keep(&session, service.now());
            Ok(fresh(session))
        }
        QrHosting::Service { cb_url, sessions } => {
            let (id, session) = service.make(&**sessions).await?;
            Ok(fresh(service.shown(cb_url, &id, &session)))
        }
    }
}

/// Published front ends send no body, some of them with the type of one.
fn make_request(body: &[u8]) -> Result<MakeRequest, Failure> {
    if body.is_empty() {
        return Ok(MakeRequest::default());
    }
    serde_json::from_slice(body)
        .map_err(|_| Failure::invalid_request("leave the body out, or send {\"animated\": true}"))
}

/// How far a code has come, or 404 `Session not found`.
pub(super) async fn status(
    State(service): Shared,
    Body(request): Body<StatusRequest>,
) -> Result<Response, Failure> {
    let id = &request.session_id;
    match &service.config.qr_hosting {
        QrHosting::Provider => {
            let session = service.hosted.find(id);
            let ciba = service.qr_ciba();
            let seen = service.client.verify_qr_auth_session_idp(&session, &ciba).await?;
            Ok(fresh(seen))
        }
        QrHosting::Service { cb_url, sessions } => {
            let session = service.living(&**sessions, id).await?;
            let session = session.ok_or_else(Failure::session_not_found)?;
            Ok(fresh(service.shown(cb_url, id, &session)))
        }
    }
}

impl Service {
    fn qr_ciba(&self) -> QrCiba {
        QrCiba {
            scope: self.config.scope.clone(),
            binding_message: self.config.binding_message.clone(),
            resource: self.config.resource.clone(),
        }
    }

    pub(super) fn now(&self) -> jiff::Timestamp {
        self.client.configuration().clock.now()
    }
}

/// A GET among them answers something new each time, and all of it is for one screen.
fn fresh(body: impl serde::Serialize) -> Response {
    ([(CACHE_CONTROL, "no-store")], Json(body)).into_response()
}
