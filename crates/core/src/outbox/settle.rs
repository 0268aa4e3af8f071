//! What became of an attempt.

use super::claim::Letter;
use super::{DeadCause, DeliveryState};
use crate::audit::AuditEvent;
use crate::audit::chain::{AuditKey, record};
use crate::authenticator::push::{PushFailure, forget};
use crate::entropy::Entropy;
use crate::failure::Outcome;
use crate::provider::Provider;
use crate::store::Writing;
use crate::time::{Duration, Timestamp};

/// Attempts until a message is given up.
pub const MAX_ATTEMPTS: u32 = 8;
/// The pause after the first failed attempt; it doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
/// The longest pause that we choose ourselves.
const LONGEST_PAUSE: Duration = Duration::from_secs(120);

/// The outcome of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    /// The other side has taken the message.
    Accepted,
    /// The subscription is over.
    Gone(String),
    /// The other side will never take this message.
    Refused(String),
    /// It did not work this time.
    Failed {
        /// A short sentence without secrets.
        problem: String,
        /// When the other side wants to be asked again (`Retry-After`, RFC 9110 §10.2.3).
        retry_after: Option<Duration>,
    },
}

/// What follows from an attempt.
enum Next {
    End(DeliveryState),
    Again(Timestamp),
}

/// Writes down what became of an attempt. `false`: the lease was over and another courier has the message, or nobody
/// needs it any more.
///
/// # Errors
/// A fault of the store.
pub async fn settle(provider: &Provider, letter: Letter, attempt: Attempt) -> Outcome<bool> {
    let now = provider.clock.now();
    let next = next(&letter, &attempt, &*provider.entropy, now);
    let audit = provider.audit_key();
    provider
        .store
        .write(move |tx| {
            let (id, number) = (letter.message.id, letter.message.attempts);
            let problem = problem(&attempt);
            let ours = match next {
                Next::End(state) => tx.outbox_mut().settle(id, number, state, problem)?,
                Next::Again(at) => tx
                    .outbox_mut()
                    .postpone(id, number, at, problem.unwrap_or_default())?,
            };
            if ours {
                note(tx, &audit, &letter, &attempt, now)?;
            }
            Ok(ours)
        })
        .await
}

fn next(letter: &Letter, attempt: &Attempt, entropy: &dyn Entropy, now: Timestamp) -> Next {
    let dead = |cause| Next::End(DeliveryState::Dead { at: now, cause });
    match attempt {
        Attempt::Accepted => Next::End(DeliveryState::Delivered { at: now }),
        Attempt::Gone(_) => dead(DeadCause::Gone),
        Attempt::Refused(_) => dead(DeadCause::Refused),
        Attempt::Failed { .. } if letter.message.attempts >= MAX_ATTEMPTS => dead(DeadCause::Exhausted),
        Attempt::Failed { retry_after, .. } => {
            let pause = pause(letter.message.attempts, entropy).max(retry_after.unwrap_or_default());
            let at = now + pause;
            if at >= letter.message.expires_at {
                dead(DeadCause::Expired)
            } else {
                Next::Again(at)
            }
        }
    }
}

/// Half of the pause is chance: many messages that failed together must not come back together.
fn pause(attempts: u32, entropy: &dyn Entropy) -> Duration {
    let doubled = FIRST_PAUSE.saturating_mul(1 << attempts.saturating_sub(1).min(16));
    let half = doubled.min(LONGEST_PAUSE) / 2;
    half + half.mul_f64(f64::from(u32::from_be_bytes(entropy.bytes())) / f64::from(u32::MAX))
}

fn problem(attempt: &Attempt) -> Option<&str> {
    match attempt {
        Attempt::Accepted => None,
        Attempt::Gone(problem) | Attempt::Refused(problem) | Attempt::Failed { problem, .. } => Some(problem),
    }
}

/// The subscription remembers how it went; one that is over is removed, unless the phone has made a new one meanwhile.
fn note(
    tx: &mut dyn Writing,
    audit: &AuditKey,
    letter: &Letter,
    attempt: &Attempt,
    now: Timestamp,
) -> Outcome<()> {
    let (id, endpoint) = (
        letter.subscription.authenticator_id,
        &letter.subscription.endpoint,
    );
    let current = tx.push().by_authenticator(id)?;
    if current.is_none_or(|current| current.endpoint != *endpoint) {
        return Ok(());
    }
    match attempt {
        Attempt::Accepted => Ok(tx.push_mut().note_delivered(id, now)?),
        Attempt::Refused(problem) | Attempt::Failed { problem, .. } => {
            let failure = PushFailure {
                at: now,
                problem: problem.clone(),
            };
            Ok(tx.push_mut().note_failed(id, &failure)?)
        }
        Attempt::Gone(problem) => {
            forget(tx, id)?;
            let event = AuditEvent::new(
                now,
                "courier",
                "authenticator.unsubscribe",
                format!("authenticator:{id}"),
            )
            .with("push_service", endpoint.host())
            .with("reason", problem);
            record(tx, audit, event)
        }
    }
}
