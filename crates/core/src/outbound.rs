//! Outbound HTTP is handed in: a use case or worker says what to send, the process's one client sends it.

use crate::authenticator::push::PushEndpoint;
use async_trait::async_trait;

/// Sends requests to hosts that somebody else named. An implementation follows no redirect, connects to public
/// addresses only (unless danger was asked for), and bounds time and size of every answer.
#[async_trait]
pub trait Outbound: Send + Sync {
    /// Posts a message to a push service.
    ///
    /// # Errors
    /// There was no whole answer in time: why, in a sentence without secrets.
    async fn post(
        &self,
        endpoint: &PushEndpoint,
        message: OutboundMessage,
    ) -> Result<OutboundAnswer, Unreachable>;

    /// Connects to the host of a push service and asks for nothing.
    ///
    /// # Errors
    /// It cannot be reached: why.
    async fn reach(&self, endpoint: &PushEndpoint) -> Result<(), Unreachable>;
}

/// A request to post.
pub struct OutboundMessage {
    /// Header fields; one value each.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// What of an answer matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboundAnswer {
    /// The status code.
    pub status: u16,
    /// `Retry-After`, as it was sent.
    pub retry_after: Option<String>,
}

/// Why there was no answer; safe to keep and to show.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreachable(pub String);
