//! What every request has to pass: this machine's name, a page of this machine if it is a page, a registered user.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use url::Url;

use super::refusal::Refusal;
use super::run::Inside;
use crate::local::{Connection, Foreign, refuse_foreign_host};

/// What existing programs were told without asking, although no browser takes it for an origin.
const NO_ORIGIN: HeaderValue = HeaderValue::from_static("127.0.0.1");
const METHODS: HeaderValue = HeaderValue::from_static("GET, POST");
const HEADERS: HeaderValue = HeaderValue::from_static("content-type");
const A_DAY: HeaderValue = HeaderValue::from_static("86400");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

pub(super) async fn guard(
    State(inside): State<Arc<Inside>>,
    Extension(connection): Extension<Connection>,
    request: Request,
    next: Next,
) -> Response {
    let origin = match refuse(&inside, connection, request.headers()) {
        Ok(origin) => origin,
        Err(refusal) => return refusal.into_response(),
    };
    let mut answer = if request.method() == Method::OPTIONS {
        preflight()
    } else {
        next.run(request).await
    };
    let headers = answer.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.unwrap_or(NO_ORIGIN));
    headers.insert(header::VARY, HeaderValue::from_static("origin"));
    // RFC 6749 §5.1: answers carry tokens.
    headers.insert(header::CACHE_CONTROL, NO_STORE);
    answer
}

/// Answers the page's origin, when it is a page and one of 127.0.0.1.
fn refuse(
    inside: &Inside,
    connection: Connection,
    headers: &HeaderMap,
) -> Result<Option<HeaderValue>, Refusal> {
    refuse_foreign_host(connection, headers)?;
    let origin = headers.get(header::ORIGIN).cloned();
    match &origin {
        Some(origin) if !is_of_this_machine(origin) => return Err(Foreign::Page.into()),
        Some(_) => {}
        // A link or an image on a page of another site comes without an origin, but a browser says so here.
        None if headers
            .get("sec-fetch-site")
            .is_some_and(|site| site != "none" && site != "same-origin") =>
        {
            return Err(Foreign::Page.into());
        }
        None => {}
    }
    let peer = connection.peer.ok_or(Refusal::Unregistered(None))?;
    if inside.settings.callers.admits(peer) {
        Ok(origin)
    } else {
        Err(Refusal::Unregistered(Some(peer.uid)))
    }
}

/// Whether a page was served by 127.0.0.1 itself, on any port (onesid.md §11).
fn is_of_this_machine(origin: &HeaderValue) -> bool {
    let url = origin.to_str().ok().and_then(|text| Url::parse(text).ok());
    url.is_some_and(|url| url.host_str() == Some("127.0.0.1"))
}

/// The browser asks before it sends JSON for a page (Fetch §3.3.4).
fn preflight() -> Response {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, METHODS),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS),
        (header::ACCESS_CONTROL_MAX_AGE, A_DAY),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}
