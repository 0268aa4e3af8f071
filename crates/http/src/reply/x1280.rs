//! The X.1280 surface spells its refusals in its own way (X.1280 profile §1): `{error, message}`, and some with another
//! status.

use super::Refused;
use super::error::status;
use axum::Json;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use countersign_protocol::x1280::X1280Error;

/// The same refusal as a client of the X.1280 surface reads it; any other answer unchanged. Applied by the outermost
/// layer, so that a refusal of a layer and a fault are spelled like those of the handlers.
pub(crate) fn respelled(mut response: Response) -> Response {
    let Some(Refused { code, description }) = response.extensions().get::<Refused>().cloned() else {
        return response;
    };
    // A status that is not the code's usual one was chosen on purpose: 404 and 405 of the router, 426 of the socket.
    if response.status() == status(code.status()) {
        *response.status_mut() = status(code.x1280_status());
    }
    let body = X1280Error {
        error: code.as_str().to_owned(),
        message: description,
    };
    let (mut head, body) = (response.into_parts().0, Json(body).into_response());
    head.headers.remove(CONTENT_LENGTH);
    let (json, body) = body.into_parts();
    if let Some(json) = json.headers.get(CONTENT_TYPE) {
        head.headers.insert(CONTENT_TYPE, json.clone());
    }
    Response::from_parts(head, body)
}
