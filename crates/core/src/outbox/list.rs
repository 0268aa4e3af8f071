//! What an operator sees of the outbox.

use super::OutboxMessage;
use crate::authenticator::push::PushSubscription;
use crate::authenticator::{Authenticator, find};
use crate::failure::Outcome;
use crate::id::AuthenticatorId;
use crate::provider::Provider;

/// A phone with its delivery state.
#[derive(Debug, Clone)]
pub struct PhoneDelivery {
    /// The phone.
    pub authenticator: Authenticator,
    /// Its subscription; a phone without one is reached by the event stream alone.
    pub subscription: Option<PushSubscription>,
    /// Its latest messages, newest first.
    pub messages: Vec<OutboxMessage>,
}

/// The outbox as a whole.
#[derive(Debug, Clone)]
pub struct OutboxState {
    /// Messages that wait.
    pub waiting: u32,
    /// Dead letters that are still kept, newest first.
    pub dead: Vec<OutboxMessage>,
    /// Every subscription.
    pub subscriptions: Vec<PushSubscription>,
}

/// A phone with its subscription and its latest messages, at most `limit`.
///
/// # Errors
/// `not_found`.
pub async fn of_phone(provider: &Provider, id: AuthenticatorId, limit: u32) -> Outcome<PhoneDelivery> {
    provider
        .store
        .read(move |tx| {
            Ok(PhoneDelivery {
                authenticator: find::by_id(tx, id)?,
                subscription: tx.push().by_authenticator(id)?,
                messages: tx.outbox().of_authenticator(id, limit)?,
            })
        })
        .await
}

/// What waits, what died (at most `limit`), and who has subscribed.
///
/// # Errors
/// A fault of the store.
pub async fn state(provider: &Provider, limit: u32) -> Outcome<OutboxState> {
    provider
        .store
        .read(move |tx| {
            let mut subscriptions = Vec::new();
            for phone in tx.authenticators().list()? {
                subscriptions.extend(tx.push().by_authenticator(phone.id)?);
            }
            Ok(OutboxState {
                waiting: tx.outbox().waiting()?,
                dead: tx.outbox().dead(limit)?,
                subscriptions,
            })
        })
        .await
}
