//! Push subscriptions.

use super::nouns::Answer;
use crate::authenticator::push::{PushFailure, PushSubscription};
use crate::id::{AuthenticatorId, UserId};
use crate::time::Timestamp;

/// Push subscriptions, one for each phone at most.
pub trait PushStore {
    /// A phone's.
    fn by_authenticator(&self, id: AuthenticatorId) -> Answer<Option<PushSubscription>>;
    /// Those of a person's phones that are not revoked, the oldest phone first.
    fn of_user(&self, user: UserId) -> Answer<Vec<PushSubscription>>;
    /// Adds one, or puts it in place of the phone's earlier one.
    fn put(&mut self, subscription: &PushSubscription) -> Answer<()>;
    /// Removes a phone's; `false` means that there was none.
    fn remove(&mut self, id: AuthenticatorId) -> Answer<bool>;
    /// Notes that the push service took a message.
    fn note_delivered(&mut self, id: AuthenticatorId, at: Timestamp) -> Answer<()>;
    /// Notes that it did not.
    fn note_failed(&mut self, id: AuthenticatorId, failure: &PushFailure) -> Answer<()>;
}
