//! The outermost layer: it gives each request an id, writes one line about it, and finishes faults.

use super::{headers, metrics};
use crate::app::AppState;
use crate::extract::{Caller, address};
use crate::reply::{Broken, Refused, respelled};
use crate::x1280::{self, cors};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use std::time::{Duration, Instant};

/// The header that names a request in the answer and in the log.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The route of a request that matched none.
const NO_ROUTE: &str = "none";

/// Runs a request and tells about it. The id is ours alone: one that the client sends could forge or confuse the log.
pub(crate) async fn observe(State(app): State<AppState>, mut request: Request, next: Next) -> Response {
    let request_id = app.provider.entropy.uuid().simple().to_string();
    let caller = caller(&app, &request);
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or(NO_ROUTE, MatchedPath::as_str)
        .to_owned();
    let method = request.method().clone();
    request.extensions_mut().insert(caller.clone());
    request.extensions_mut().insert(RequestId(request_id.clone()));

    let (response, took) = timed(next.run(request)).await;
    let mut response = match response.extensions().get::<Broken>().cloned() {
        Some(broken) => cors::kept(&response, broken.report(&request_id, &route)),
        None => response,
    };
    if x1280::ROUTES.contains(&route.as_str()) {
        response = respelled(response);
    }
    if let Ok(id) = HeaderValue::try_from(request_id.as_str()) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    headers::complete(&app.provider.host, response.headers_mut());
    metrics::request(&method, &route, response.status(), took);
    log(
        &Exchange {
            request_id: &request_id,
            method: &method,
            route: &route,
            caller: &caller,
            took,
        },
        &response,
    );
    response
}

/// The id of a request, for what is logged about it later (event streams).
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub(crate) String);

fn caller(app: &AppState, request: &Request) -> Caller {
    let peer = address::peer(request.extensions());
    let address = peer.map(|peer| app.settings.trusted_proxies.client(peer, request.headers()));
    Caller::new(address, request.headers())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a measurement: nothing is decided by it"
)]
async fn timed(running: impl Future<Output = Response>) -> (Response, Duration) {
    let start = Instant::now();
    let response = running.await;
    (response, start.elapsed())
}

struct Exchange<'e> {
    request_id: &'e str,
    method: &'e Method,
    route: &'e str,
    caller: &'e Caller,
    took: Duration,
}

/// One line, without paths, query strings, headers or bodies: any of them may hold a secret.
fn log(exchange: &Exchange<'_>, response: &Response) {
    let Exchange {
        request_id,
        method,
        route,
        caller,
        took,
    } = exchange;
    let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let status = response.status().as_u16();
    let error = response
        .extensions()
        .get::<Refused>()
        .map(|refused| refused.code.as_str());
    let client_id = caller.client().map(tracing::field::display);
    let ip = caller.address.map(tracing::field::display);
    // Probes come every few seconds and say nothing when all is well.
    if matches!(*route, "/healthz" | "/readyz") && status < 400 {
        tracing::debug!(%method, route, status, ms, client_id, ip, request_id, error, "request");
    } else {
        tracing::info!(%method, route, status, ms, client_id, ip, request_id, error, "request");
    }
}
