//! Adding to the chain: each record carries the hash of the one before it, and the head is sealed.

use super::{AuditEvent, AuditHead, AuditRecord};
use crate::failure::{Fault, Outcome};
use crate::keys::Sealer;
use crate::provider::Provider;
use crate::store::Writing;
use crate::time::Timestamp;
use countersign_jose::{base64url, hash, jcs};
use serde::Serialize;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

/// The key of the head's seal, made from the sealing key: whoever can write to the database cannot make one.
#[derive(Clone)]
pub struct AuditKey(Zeroizing<[u8; 32]>);

impl AuditKey {
    /// Derives the key.
    #[must_use]
    pub fn new(sealer: &Sealer) -> Self {
        Self(Zeroizing::new(sealer.derive("audit head", &[])))
    }

    /// The head over a record.
    pub(super) fn head(&self, seq: i64, hash: [u8; 32]) -> AuditHead {
        AuditHead {
            seq,
            hash,
            mac: self.mac(seq, &hash),
        }
    }

    /// Whether we sealed this head.
    pub(super) fn vouches_for(&self, head: &AuditHead) -> bool {
        hash::ct_eq(&self.mac(head.seq, &head.hash), &head.mac)
    }

    fn mac(&self, seq: i64, hash: &[u8; 32]) -> [u8; 32] {
        hash::hmac_sha256(self.0.as_ref(), &[seq.to_be_bytes().as_slice(), hash].concat())
    }
}

impl Provider {
    /// The key that seals the head of the audit log, to be moved into a transaction.
    #[must_use]
    pub fn audit_key(&self) -> AuditKey {
        AuditKey::new(&self.sealer)
    }
}

impl AuditEvent {
    /// An event without details. `action` is `noun.verb`.
    pub fn new(
        at: Timestamp,
        actor: impl Into<String>,
        action: &'static str,
        subject: impl Into<String>,
    ) -> Self {
        Self {
            at,
            actor: actor.into(),
            action,
            subject: subject.into(),
            detail: Map::new(),
        }
    }

    /// Adds a detail; never a secret. A value that is no JSON leaves its reason in its place.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value).unwrap_or_else(|error| Value::String(error.to_string()));
        self.detail.insert(key.to_owned(), value);
        self
    }
}

/// The actor of an event that somebody caused: `by` is a username, or `cli` for the host's own command line.
#[must_use]
pub fn actor(by: &str) -> String {
    if by == "cli" {
        by.to_owned()
    } else {
        format!("user:{by}")
    }
}

/// Adds an event to the log, in the transaction of what it tells about: both are kept or neither is.
///
/// # Errors
/// The store fails, or the head is not one that we sealed. Nothing is added then: a new head over a chain that was
/// cut off would hide the cut.
pub fn record(tx: &mut dyn Writing, key: &AuditKey, event: AuditEvent) -> Outcome<()> {
    let head = tx.audit().head()?.unwrap_or_else(|| key.head(0, [0; 32]));
    if !key.vouches_for(&head) {
        return Err(Fault::new(
            "the end of the audit log was not sealed with this sealing key; run `countersign audit verify`",
        )
        .into());
    }
    let record = link(&head, event)?;
    let head = key.head(record.seq, record.hash);
    tx.audit_mut().append(&record, &head)?;
    Ok(())
}

pub(super) fn link(head: &AuditHead, event: AuditEvent) -> Result<AuditRecord, Fault> {
    let detail = jcs::canonicalize(&event.detail).map_err(unwritable)?;
    let detail = String::from_utf8(detail).map_err(unwritable)?;
    let mut record = AuditRecord {
        seq: head.seq.saturating_add(1),
        at: event.at,
        actor: event.actor,
        action: event.action.to_owned(),
        subject: event.subject,
        detail,
        previous: head.hash,
        hash: [0; 32],
    };
    record.hash = digest(&record)?;
    Ok(record)
}

/// The hash that a record must have: SHA-256 over the JCS form (RFC 8785) of all its other columns. The details are
/// hashed as the text that is stored, so that no two texts have one hash.
pub(super) fn digest(record: &AuditRecord) -> Result<[u8; 32], Fault> {
    #[derive(Serialize)]
    struct Hashed<'a> {
        // As text, because a JCS number is a double and would round (RFC 8785 §3.2.2.3).
        seq: String,
        at: String,
        actor: &'a str,
        action: &'a str,
        subject: &'a str,
        detail: &'a str,
        previous: String,
    }
    let hashed = Hashed {
        seq: record.seq.to_string(),
        at: record.at.millis().to_string(),
        actor: &record.actor,
        action: &record.action,
        subject: &record.subject,
        detail: &record.detail,
        previous: base64url::encode(&record.previous),
    };
    Ok(hash::sha256(&jcs::canonicalize(&hashed).map_err(unwritable)?))
}

fn unwritable(error: impl std::error::Error + Send + Sync + 'static) -> Fault {
    Fault::new("an audit record cannot be written as JSON").with_source(error)
}
