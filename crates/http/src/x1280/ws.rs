//! `GET {host}/ws/session/{sessionId}?token={wsToken}` (X.1280 profile §2): the way to a socket.

use super::close::End;
use super::cors::web_origin;
use super::socket::{self, Socket};
use crate::app::AppState;
use crate::extract::{Handshake, PathParam, Place, Query};
use crate::layer::observe::RequestId;
use crate::reply::{ErrorReply, refusals};
use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use countersign_core::Refusal;
use countersign_core::x1280::session::{self, WatchRefusal};
use countersign_protocol::ErrorCode;
use countersign_protocol::x1280::{CloseCode, X1280Error};
use serde::Deserialize;

refusals!(Refusals of x1280: InvalidRequest, AccessDenied, NotFound);

/// The largest frame, and the largest message, of a browser.
const MAX_FRAME: usize = 1024;

/// What is read at once. Nobody has much to say here, and thousands wait at the same time.
const READ_BUFFER: usize = 256;

/// How much may wait to be sent: the largest identity, which holds a portrait, and a little more.
const MAX_UNSENT: usize = 256 * 1024;

/// The query string.
#[derive(Deserialize)]
pub(crate) struct Ticket {
    token: Option<String>,
}

/// A browser waits for the person's answer. Server to client only, JSON text frames (`SocketEvent`): `otp_ready` at once,
/// then `rejected` for each wrong answer, at last `approved`, `rejected` or `expired`. Close codes: 1000 the session has
/// ended, 1001 the server stops, 1009 a frame of the client was larger than 1 KiB, 4001 wrong token, 4004 no such session,
/// 4009 a newer connection took the place of this one.
#[utoipa::path(
    get,
    path = "/ws/session/{sessionId}",
    operation_id = "x1280_socket",
    tag = "x1280",
    params(
        ("sessionId" = String, Path, description = "The session."),
        ("token" = String, Query, description = "`wsToken` of the session.")
    ),
    responses(
        (status = 101, description = "A socket; a wrong token and an unknown session are told by its close code."),
        (status = 426, description = "`invalid_request`: this is no WebSocket handshake", body = X1280Error),
        Refusals
    )
)]
pub(crate) async fn get(
    State(app): State<AppState>,
    Extension(request_id): Extension<RequestId>,
    Handshake(upgrade): Handshake,
    headers: HeaderMap,
    PathParam(session_id): PathParam<String>,
    Query(ticket): Query<Ticket>,
    place: Place,
) -> Result<Response, ErrorReply> {
    let upgrade = upgrade
        .max_frame_size(MAX_FRAME)
        .max_message_size(MAX_FRAME)
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(MAX_UNSENT);
    let token = ticket.token.unwrap_or_default();
    // The code of a refusal is told by a socket: a browser cannot read the status of a failed handshake.
    let code = match session::open(&app.provider, &session_id, &token).await {
        Ok(watch) if web_origin(&headers).is_none_or(|origin| watch.admits(origin)) => {
            return Ok(upgrade.on_upgrade(move |ws| Socket::new(ws, app, watch, request_id, place).attend()));
        }
        Ok(_) => return Err(foreign_page().into()),
        Err(WatchRefusal::NoSuchSession) => CloseCode::NoSuchSession,
        Err(WatchRefusal::WrongToken) => CloseCode::WrongToken,
        Err(WatchRefusal::Fault(fault)) => return Err(fault.into()),
    };
    Ok(upgrade.on_upgrade(async move |mut ws| {
        socket::close(&mut ws, End::Session(code)).await;
        drop(place);
    }))
}

/// Browsers let every page open a socket to everywhere (RFC 6455 §10.2), so the server has to look whose page it is.
fn foreign_page() -> Refusal {
    Refusal::new(
        ErrorCode::AccessDenied,
        "this web page is not one of the origins of the service that began the session",
    )
}
