//! `GET {host}/approvals/events`: one connection, and the events on it.

use std::collections::VecDeque;

use countersign_protocol::approval::{ApprovalItem, Settled};
use reqwest::Response;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use serde::de::DeserializeOwned;

use crate::Error;
use crate::session::Session;
use crate::sse::{SseEvent, SseParser};

const EVENT_STREAM: &str = "text/event-stream";

/// What the provider tells on the stream.
pub(crate) enum Told {
    Approval(Box<ApprovalItem>),
    Settled(Settled),
}

/// An open connection.
pub(crate) struct EventStream {
    response: Response,
    parser: SseParser,
    ready: VecDeque<SseEvent>,
}

impl EventStream {
    /// Connects; `last_event_id` asks for what was missed since then.
    pub(crate) async fn open(session: &Session, last_event_id: Option<&str>) -> Result<Self, Error> {
        // An id that cannot stand in a header, or an empty one, resumes nothing (WHATWG HTML §9.2.4).
        let last = last_event_id
            .filter(|id| !id.is_empty())
            .and_then(|id| HeaderValue::from_str(id).ok());
        let response = session
            .open(|http| {
                let request = http.get("/approvals/events").header(ACCEPT, EVENT_STREAM);
                match &last {
                    Some(id) => request.header("Last-Event-ID", id),
                    None => request,
                }
            })
            .await?;
        let kind = response
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .unwrap_or_default();
        if !kind.starts_with(EVENT_STREAM) {
            return Err(session.http.answer("the list of events is not text/event-stream"));
        }
        Ok(Self {
            response,
            parser: SseParser::default(),
            ready: VecDeque::new(),
        })
    }

    /// The next event and its id; `None` when the provider ended the connection. Events of other names are passed
    /// over, so that the provider may add some.
    pub(crate) async fn next(&mut self, session: &Session) -> Result<Option<(Told, Option<String>)>, Error> {
        loop {
            while let Some(event) = self.ready.pop_front() {
                if let Some(told) = read(session, &event)? {
                    return Ok(Some((told, event.id)));
                }
            }
            let Some(piece) = session.http.chunk(&mut self.response).await? else {
                return Ok(None);
            };
            let events = self
                .parser
                .push(&piece)
                .map_err(|error| session.http.answer(error.to_string()))?;
            self.ready.extend(events);
        }
    }
}

fn read(session: &Session, event: &SseEvent) -> Result<Option<Told>, Error> {
    match event.name.as_str() {
        "approval" => Ok(Some(Told::Approval(Box::new(data(session, event)?)))),
        "settled" => Ok(Some(Told::Settled(data(session, event)?))),
        _ => Ok(None),
    }
}

fn data<T: DeserializeOwned>(session: &Session, event: &SseEvent) -> Result<T, Error> {
    serde_json::from_str(&event.data).map_err(|error| {
        session
            .http
            .answer(format!("an event's JSON does not fit: {error}"))
    })
}
