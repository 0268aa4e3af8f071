//! What is counted: requests by route, and what the business is made of.

use axum::http::{Method, StatusCode};
use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use std::time::Duration;

/// Names and units for the metrics listener; called once by the server.
pub fn describe() {
    describe_counter!(
        "http_requests_total",
        "Requests by method, route and status class."
    );
    describe_histogram!(
        "http_request_duration_seconds",
        Unit::Seconds,
        "Time from the request's head to its answer."
    );
    describe_counter!(
        "ciba_requests_total",
        "CIBA authentication requests that were accepted, by endpoint."
    );
    describe_counter!(
        "decisions_total",
        "Decisions of people that were taken in, by decision."
    );
    describe_counter!("tokens_total", "Token answers, by grant.");
    describe_gauge!("event_streams", "Event streams that phones hold open.");
    describe_counter!("x1280_sessions_total", "Mutual sign-ins that were begun.");
    describe_gauge!(
        "x1280_sockets",
        "Sockets on which browsers wait for a mutual sign-in."
    );
}

/// One request was answered.
pub(crate) fn request(method: &Method, route: &str, status: StatusCode, took: Duration) {
    let method = known(method);
    let class = class(status);
    counter!("http_requests_total", "method" => method, "route" => route.to_owned(), "status" => class)
        .increment(1);
    histogram!("http_request_duration_seconds", "method" => method, "route" => route.to_owned(), "status" => class)
        .record(took.as_secs_f64());
}

/// A CIBA authentication request was accepted.
pub(crate) fn ciba_request(endpoint: &'static str) {
    counter!("ciba_requests_total", "endpoint" => endpoint).increment(1);
}

/// A person's decision was taken in.
pub(crate) fn decision(decision: &'static str) {
    counter!("decisions_total", "decision" => decision).increment(1);
}

/// Tokens were issued.
pub(crate) fn tokens(grant: &'static str) {
    counter!("tokens_total", "grant" => grant).increment(1);
}

/// An event stream began (`1.0`) or ended (`-1.0`).
pub(crate) fn event_streams(change: f64) {
    gauge!("event_streams").increment(change);
}

/// A mutual sign-in was begun.
pub(crate) fn x1280_session() {
    counter!("x1280_sessions_total").increment(1);
}

/// A browser began (`1.0`) or ended (`-1.0`) to wait for a mutual sign-in.
pub(crate) fn x1280_sockets(change: f64) {
    gauge!("x1280_sockets").increment(change);
}

/// A method is a label only when it is a usual one: a caller must not make up label values.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    }
}
