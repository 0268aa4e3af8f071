//! The bus is a hint, the row is the truth: a waiter re-reads the store after each wake and on a slow tick.

use crate::id::UserId;
use async_trait::async_trait;

/// Tells waiting event streams that something of a person changed. Losing a wake only costs time.
pub trait Bus: Send + Sync {
    /// Wakes everyone who waits for this person. Called after the commit, never inside a transaction.
    fn wake(&self, user: UserId);

    /// Starts to listen; wakes from now on are not missed.
    fn listen(&self, user: UserId) -> Box<dyn Waiter>;
}

/// One listener on the [`Bus`].
#[async_trait]
pub trait Waiter: Send {
    /// Returns when the person was woken since the last call.
    async fn woken(&mut self);
}
