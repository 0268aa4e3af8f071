//! Which web pages may read an answer (Fetch Standard §3.2): those of services that are registered here, never all.

use crate::app::AppState;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use countersign_core::Outcome;
use countersign_core::x1280::service;

/// Seconds that a browser may keep the answer to a preflight: a service that was disabled is asked about again soon.
const MAX_AGE: HeaderValue = HeaderValue::from_static("600");

/// What a page may read beside the body: how long to wait, and which request to name to an operator.
const EXPOSED: HeaderValue = HeaderValue::from_static("retry-after, x-request-id");

/// The origin of the page that asks, as its browser says; a page that hides it (`null`) is no service's. `None` when no
/// page asks: another program, or the browser's own address line.
pub(super) fn web_origin(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(ORIGIN)
        .map(|value| value.to_str().unwrap_or_default())
}

/// Whether the page that asks may read the answer.
pub(super) struct Cors {
    allowed: Option<HeaderValue>,
}

impl Cors {
    /// Looks for a living service with the page's origin.
    pub(super) async fn look(app: &AppState, headers: &HeaderMap) -> Outcome<Self> {
        let known = match web_origin(headers) {
            Some(origin) => service::origin_known(&app.provider, origin).await?,
            None => false,
        };
        let origin = headers.get(ORIGIN).filter(|_| known);
        Ok(Self {
            allowed: origin.cloned(),
        })
    }

    /// Whether a page asks that may read the answer.
    pub(super) fn allows(&self) -> bool {
        self.allowed.is_some()
    }

    /// Completes an answer. `Vary` stands in each: a cache must not give one page the answer of another.
    pub(super) fn complete(&self, mut response: Response) -> Response {
        let headers = response.headers_mut();
        headers.insert(VARY, HeaderValue::from_static("Origin"));
        if let Some(origin) = &self.allowed {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        }
        response
    }

    /// Completes the answer to a preflight: JSON may be posted, and nothing else.
    pub(super) fn complete_preflight(&self, response: Response) -> Response {
        let mut response = self.complete(response);
        let headers = response.headers_mut();
        headers.remove(ACCESS_CONTROL_EXPOSE_HEADERS);
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
        headers.insert(
            ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static("content-type"),
        );
        headers.insert(ACCESS_CONTROL_MAX_AGE, MAX_AGE);
        response
    }
}

/// The report of a fault with what was said about pages before the fault was found: the page may read that we failed.
pub(crate) fn kept(before: &Response, mut report: Response) -> Response {
    for name in [VARY, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS] {
        if let Some(value) = before.headers().get(&name) {
            report.headers_mut().insert(name, value.clone());
        }
    }
    report
}
