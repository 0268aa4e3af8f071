//! Server-sent events (WHATWG HTML §9.2) as a phone's app reads them.

use super::Caller;
use super::programs::PATIENCE;
use serde_json::Value;

/// An open stream.
pub(crate) struct EventStream {
    answer: reqwest::Response,
    unread: String,
    last_id: Option<String>,
}

/// One event.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) data: Value,
}

impl EventStream {
    /// Opens `GET {host}/approvals/events`, after an event when one is named.
    pub(crate) async fn open(phone: &Caller, token: &str, after: Option<&str>) -> Self {
        let mut request = phone
            .http
            .get(format!("{}/approvals/events", phone.host))
            .bearer_auth(token);
        if let Some(id) = after {
            request = request.header("Last-Event-ID", id);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Self {
            answer,
            unread: String::new(),
            last_id: None,
        }
    }

    /// The next event; `None` when the stream ended.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        loop {
            let block = self.block().await?;
            if let (Some(name), Some(data)) = (field(&block, "event"), field(&block, "data")) {
                let data = serde_json::from_str(data).unwrap();
                return Some(Event {
                    name: name.to_owned(),
                    data,
                });
            }
        }
    }

    /// The id to resume after. A stream on which nothing is pending gives one at its beginning.
    pub(crate) async fn cursor(&mut self) -> String {
        while self.last_id.is_none() {
            self.block().await.unwrap();
        }
        self.last_id.clone().unwrap()
    }

    /// The text up to the next empty line.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.unread.split_once("\n\n") {
                let block = block.to_owned();
                self.unread = rest.to_owned();
                self.last_id = field(&block, "id").map(str::to_owned).or(self.last_id.take());
                return Some(block);
            }
            let chunk = tokio::time::timeout(PATIENCE, self.answer.chunk()).await;
            let chunk = chunk.expect("the stream says something in time").unwrap()?;
            self.unread.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }
}

/// A field of a block; this server writes each at most once.
fn field<'b>(block: &'b str, name: &str) -> Option<&'b str> {
    block
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
        .map(str::trim_start)
}
