//! The outbox.

use super::nouns::Answer;
use crate::id::{AuthenticatorId, OutboxId};
use crate::outbox::{DeliveryState, OutboxMessage};
use crate::time::Timestamp;

/// Messages for others. A method that takes a number of attempts decides a race with it: it changes the row only while
/// it waits and only if nobody has claimed it since, and answers whether it did.
pub trait OutboxStore {
    /// By id.
    fn by_id(&self, id: OutboxId) -> Answer<Option<OutboxMessage>>;
    /// What waits and is due, the longest due first, at most `limit`.
    fn due(&self, now: Timestamp, limit: u32) -> Answer<Vec<OutboxMessage>>;
    /// Messages for a phone, newest first, at most `limit`.
    fn of_authenticator(&self, id: AuthenticatorId, limit: u32) -> Answer<Vec<OutboxMessage>>;
    /// Dead letters, newest first, at most `limit`.
    fn dead(&self, limit: u32) -> Answer<Vec<OutboxMessage>>;
    /// How many wait.
    fn waiting(&self) -> Answer<u32>;
    /// Adds one.
    fn insert(&mut self, message: &OutboxMessage) -> Answer<()>;
    /// Takes a message until a moment, and counts the attempt.
    fn claim(&mut self, id: OutboxId, attempts: u32, until: Timestamp) -> Answer<bool>;
    /// Lets a message wait until it is due again, with the reason.
    fn postpone(&mut self, id: OutboxId, attempts: u32, until: Timestamp, problem: &str) -> Answer<bool>;
    /// Ends a message, with the reason of the last failure.
    fn settle(
        &mut self,
        id: OutboxId,
        attempts: u32,
        state: DeliveryState,
        problem: Option<&str>,
    ) -> Answer<bool>;
    /// Removes a message that nobody needs any more.
    fn remove(&mut self, id: OutboxId) -> Answer<()>;
    /// Removes what waits for a phone; answers how many.
    fn drop_pending_of(&mut self, id: AuthenticatorId) -> Answer<u32>;
}
