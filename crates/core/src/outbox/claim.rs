//! Taking what is due.

use super::{DeadCause, DeliveryState, OutboxMessage};
use crate::approval::{Approval, ApprovalState, ExpiryCause};
use crate::authenticator::push::PushSubscription;
use crate::failure::{Fault, Outcome};
use crate::provider::Provider;
use crate::store::Writing;
use crate::time::{Duration, Timestamp};

/// How long a claim holds. It is longer than any attempt may take; a courier that is slower than this, or dead, loses
/// the message to another one.
pub const LEASE: Duration = Duration::from_secs(60);

/// A message that this courier, and no other, may send now.
#[derive(Debug, Clone)]
pub struct Letter {
    /// The message; `attempts` is the number of this attempt.
    pub message: OutboxMessage,
    /// Where it goes.
    pub subscription: PushSubscription,
    /// When it was claimed.
    pub claimed_at: Timestamp,
}

impl Letter {
    /// How long the push service should keep it for a phone that is away (RFC 8030 §5.2): until the approval ends.
    #[must_use]
    pub fn time_to_live(&self) -> Duration {
        self.message.expires_at.since(self.claimed_at)
    }
}

/// Claims what is due, at most `limit` messages. What nobody needs any more is removed on the way: the approval was
/// decided on another phone or replaced, or the subscription is gone.
///
/// # Errors
/// A fault of the store.
pub async fn claim(provider: &Provider, limit: u32) -> Outcome<Vec<Letter>> {
    let now = provider.clock.now();
    // A look first: an idle courier must not make the disk flush at every round.
    let idle = provider
        .store
        .read(move |tx| Ok(tx.outbox().due(now, 1)?.is_empty()))
        .await?;
    if idle {
        return Ok(Vec::new());
    }
    provider
        .store
        .write(move |tx| {
            let mut letters = Vec::new();
            for message in tx.outbox().due(now, limit)? {
                letters.extend(take(tx, message, now)?);
            }
            Ok(letters)
        })
        .await
}

fn take(tx: &mut dyn Writing, message: OutboxMessage, now: Timestamp) -> Result<Option<Letter>, Fault> {
    let approval = tx.approvals().by_id(message.approval_id)?;
    let subscription = tx.push().by_authenticator(message.authenticator_id)?;
    let (true, Some(subscription)) = (approval.is_some_and(|approval| is_open(&approval)), subscription)
    else {
        tx.outbox_mut().remove(message.id)?;
        return Ok(None);
    };
    if now >= message.expires_at {
        let dead = DeliveryState::Dead {
            at: now,
            cause: DeadCause::Expired,
        };
        tx.outbox_mut()
            .settle(message.id, message.attempts, dead, message.last_error.as_deref())?;
        return Ok(None);
    }
    let until = now + LEASE;
    if !tx.outbox_mut().claim(message.id, message.attempts, until)? {
        return Ok(None);
    }
    let message = OutboxMessage {
        attempts: message.attempts.saturating_add(1),
        not_before: until,
        ..message
    };
    Ok(Some(Letter {
        message,
        subscription,
        claimed_at: now,
    }))
}

/// Whether nobody has settled it. One that timed out counts: its message then is a dead letter, and not forgotten.
fn is_open(approval: &Approval) -> bool {
    matches!(
        approval.state,
        ApprovalState::Pending
            | ApprovalState::Expired {
                cause: ExpiryCause::TimedOut,
                ..
            }
    )
}
