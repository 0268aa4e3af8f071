//! `GET {host}/approvals/events` (phone token): server-sent events (WHATWG HTML §9.2).
//!
//! The bus is a hint, the row is the truth: the store is read again after each wake and on a slow tick, since another
//! process may have changed it. At each of these moments the token is looked up again too, so a stream ends with its
//! token and with its phone.

use super::streams::Seat;
use crate::app::AppState;
use crate::extract::Token;
use crate::extract::bearer::presented;
use crate::layer::observe::RequestId;
use crate::reply::{ErrorReply, chain, refusals};
use axum::Extension;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, HeaderName};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use countersign_core::approval::list::{Change, ChangeKind, changes};
use countersign_core::bus::Waiter;
use countersign_core::oidc::bearer;
use countersign_core::secret::OpaqueToken;
use countersign_core::{Failure, Fault, Outcome, Refusal};
use futures_util::stream;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

/// Another process may change a row without waking our bus.
const TICK: Duration = Duration::from_secs(1);

/// A comment now and then, so that proxies and phones know that the connection lives.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// Proxies that buffer answers must not buffer this one.
const ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

refusals!(Refusals: InvalidRequest, InvalidToken, InsufficientScope, TooManyRequests);

/// The approvals of this person as they come and go: events `approval` (an item of `/approvals`) and `settled`
/// (`{id, status}`). Without `Last-Event-ID` it begins with everything that is pending now.
#[utoipa::path(
    get,
    path = "/approvals/events",
    operation_id = "approval_events",
    tag = "approval",
    security(("bearer" = [])),
    params(("Last-Event-ID" = Option<String>, Header, description = "Resume after this event.")),
    responses(
        (status = 200, description = "The events, until the token ends.", content_type = "text/event-stream", body = String),
        Refusals
    )
)]
pub(crate) async fn get(
    State(app): State<AppState>,
    Extension(request_id): Extension<RequestId>,
    Token(bearer): Token,
    headers: HeaderMap,
) -> Result<Response, ErrorReply> {
    let phone = bearer.phone()?;
    let cursor = last_event_id(&headers)?;
    let token = presented(&headers).ok_or_else(ErrorReply::missing_token)?;
    let seat = app.streams.sit(phone.authenticator.id)?;
    let waiter = app.provider.bus.listen(phone.user.id);
    let watch = Watch {
        app,
        token,
        waiter,
        cursor,
        ready: VecDeque::new(),
        drained: false,
        request_id,
        _seat: seat,
    };
    let events = stream::unfold(watch, |mut watch| async move {
        let event = watch.next().await?;
        Some((Ok::<_, Infallible>(event), watch))
    });
    let stream = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
    Ok(([(CACHE_CONTROL, "no-store"), (ACCEL_BUFFERING, "no")], stream).into_response())
}

fn last_event_id(headers: &HeaderMap) -> Result<Option<i64>, Refusal> {
    let Some(line) = headers.get(LAST_EVENT_ID).filter(|line| !line.is_empty()) else {
        return Ok(None);
    };
    let id = line.to_str().ok().and_then(|text| text.parse().ok());
    id.map(Some)
        .ok_or_else(|| Refusal::invalid_request("Last-Event-ID must be an id that this stream gave"))
}

/// One phone that watches.
struct Watch {
    app: AppState,
    token: OpaqueToken,
    waiter: Box<dyn Waiter>,
    cursor: Option<i64>,
    ready: VecDeque<Event>,
    drained: bool,
    request_id: RequestId,
    _seat: Seat,
}

impl Watch {
    /// The next event; `None` ends the stream: the server stops, the token ended, the phone was revoked, or a fault.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            // One reading gives a page; as long as it gives something, there may be more.
            if self.drained {
                self.wait().await?;
            }
            match self.read().await {
                Ok(()) => {}
                Err(Failure::Refusal(_)) => return None,
                Err(Failure::Fault(fault)) => {
                    tracing::error!(request_id = self.request_id.0, fault = %chain(&fault), "an event stream met a fault");
                    return None;
                }
            }
        }
    }

    async fn wait(&mut self) -> Option<()> {
        tokio::select! {
            () = self.app.settings.shutdown.cancelled() => None,
            () = self.waiter.woken() => Some(()),
            () = tokio::time::sleep(TICK) => Some(()),
        }
    }

    async fn read(&mut self) -> Outcome<()> {
        let bearer = bearer::authenticate(&self.app.provider, self.token.reveal()).await?;
        let changes = changes(&self.app.provider, bearer.phone()?, self.cursor).await?;
        for change in &changes.events {
            self.ready.push_back(event(change)?);
        }
        if self.cursor.is_none() {
            // An id without data is no event for the reader, but it is where the reader resumes: what is settled
            // between this moment and the next connection is told too.
            self.ready
                .push_back(Event::default().id(changes.cursor.to_string()));
        }
        self.drained = changes.events.is_empty();
        self.cursor = Some(changes.cursor);
        Ok(())
    }
}

fn event(change: &Change) -> Result<Event, Fault> {
    let event = Event::default().id(change.revision.to_string());
    let event = match &change.kind {
        ChangeKind::Approval(item) => event.event("approval").json_data(item),
        ChangeKind::Settled(settled) => event.event("settled").json_data(settled),
    };
    event.map_err(|error| Fault::new("writing an event").with_source(error))
}
