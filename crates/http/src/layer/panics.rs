//! A panic in a handler is a fault of ours: it ends one request and not the process.

use crate::reply::Broken;
use axum::response::{IntoResponse, Response};
use countersign_core::Fault;
use std::any::Any;

/// Turns a caught panic into a fault. The payload is not told: the panic hook has printed it with its place.
pub(crate) fn caught(_: Box<dyn Any + Send + 'static>) -> Response {
    Broken::new(Fault::new(
        "a handler panicked; please report this with the lines above",
    ))
    .into_response()
}
