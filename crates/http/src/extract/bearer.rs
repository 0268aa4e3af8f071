//! Bearer tokens (RFC 6750 §2.1): only the `Authorization` header is read, never a form or the URL.

use super::Caller;
use crate::app::AppState;
use crate::reply::ErrorReply;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use countersign_core::id::ClientId;
use countersign_core::oidc::bearer::{self, Bearer};
use countersign_core::secret::OpaqueToken;

/// A living access token of ours. What it speaks for is asked of the [`Bearer`]: `device()`, `phone()`, `operator()`.
pub(crate) struct Token(pub(crate) Bearer);

impl FromRequestParts<AppState> for Token {
    type Rejection = ErrorReply;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ErrorReply> {
        let caller = Caller::from_request_parts(parts, app).await?;
        let token = presented(&parts.headers).ok_or_else(ErrorReply::missing_token)?;
        let bearer = bearer::authenticate(&app.provider, token.reveal()).await?;
        caller.is(holder(&bearer));
        Ok(Self(bearer))
    }
}

/// The client that holds the token.
fn holder(bearer: &Bearer) -> &ClientId {
    match bearer {
        Bearer::Device(device) => &device.device.client_id,
        Bearer::Phone(phone) => &phone.authenticator.client_id,
        Bearer::Service(client) => client,
        Bearer::Person(person) => &person.grant.client_id,
    }
}

/// The token of the one `Authorization: Bearer` header; the scheme is matched in any case (RFC 9110 §11.1).
pub(crate) fn presented(headers: &HeaderMap) -> Option<OpaqueToken> {
    let mut lines = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(line), None) = (lines.next(), lines.next()) else {
        return None;
    };
    let (scheme, token) = line.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then(|| OpaqueToken::presented(token))
}
