//! The opening handshake of a WebSocket (RFC 6455 §4.2.1).

use crate::reply::ErrorReply;
use axum::extract::FromRequestParts;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::header::{SEC_WEBSOCKET_VERSION, UPGRADE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, Version};
use axum::response::{IntoResponse as _, Response};
use countersign_core::Refusal;

/// A request that becomes a WebSocket when it is answered.
pub(crate) struct Handshake(pub(crate) WebSocketUpgrade);

impl<S: Send + Sync> FromRequestParts<S> for Handshake {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let upgrade = WebSocketUpgrade::from_request_parts(parts, state).await;
        upgrade.map(Self).map_err(|_| no_handshake(parts.version))
    }
}

/// RFC 6455 §4.4 and RFC 9110 §15.5.22: it is told what this route speaks.
fn no_handshake(version: Version) -> Response {
    let refusal =
        Refusal::invalid_request("this route is a WebSocket (RFC 6455), version 13; send its handshake");
    let reply = ErrorReply::from(refusal).with_status(StatusCode::UPGRADE_REQUIRED);
    let mut response = reply.into_response();
    let headers = response.headers_mut();
    headers.insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
    // RFC 9113 §8.2.2: HTTP/2 has no such header.
    if version <= Version::HTTP_11 {
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    }
    response
}
