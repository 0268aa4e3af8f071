//! Every refusal of this front door is an audit event: a forged code or a second phone is a trace of an attack.

use super::QrSessionId;
use crate::approval::open::Origin;
use crate::audit::AuditEvent;
use crate::audit::chain::{AuditKey, record};
use crate::failure::{Failure, Outcome};
use crate::store::Writing;
use crate::time::Timestamp;

/// Who was refused what.
pub(super) struct Attempt {
    /// `client:…`, `authenticator:…`, or `system` when nobody is known.
    pub(super) actor: String,
    /// `make`, `scan` or `request`.
    pub(super) step: &'static str,
    /// The session, when one was named.
    pub(super) session: Option<QrSessionId>,
    /// Where it came from.
    pub(super) origin: Origin,
}

/// Records a refusal in the transaction that decided it, and passes the outcome on.
pub(super) fn audited<T>(
    tx: &mut dyn Writing,
    key: &AuditKey,
    attempt: Attempt,
    outcome: Outcome<T>,
    now: Timestamp,
) -> Outcome<T> {
    if let Err(Failure::Refusal(refusal)) = &outcome {
        let subject = attempt
            .session
            .map_or_else(|| "qr".to_owned(), |id| format!("qr:{id}"));
        let event = AuditEvent::new(now, attempt.actor, "qr.refuse", subject)
            .with("step", attempt.step)
            .with("code", refusal.code.as_str())
            .with("reason", &refusal.description)
            .with("ip", attempt.origin.ip.as_deref().unwrap_or("unknown"));
        record(tx, key, event)?;
    }
    outcome
}
