//! The audit log: a hash chain that shows a changed, removed or reordered row.

pub mod chain;
pub mod list;
pub mod verify;

use crate::time::Timestamp;
use serde_json::{Map, Value};

/// Something that an operator may have to explain later, before it has its place in the chain.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEvent {
    /// When it happened.
    pub at: Timestamp,
    /// Who did it: `user:…`, `client:…`, `authenticator:…`, `cli`, `system`.
    pub actor: String,
    /// What was done, `noun.verb`, for example `device.approve`.
    pub action: &'static str,
    /// To what: `user:…`, `approval:…`, `device:…`.
    pub subject: String,
    /// More, without secrets.
    pub detail: Map<String, Value>,
}

/// One link of the chain, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// Its place, from 1, without gaps.
    pub seq: i64,
    /// When it happened.
    pub at: Timestamp,
    /// Who did it.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// To what.
    pub subject: String,
    /// More, JSON text.
    pub detail: String,
    /// Hash of the record before it; 32 zero bytes for the first.
    pub previous: [u8; 32],
    /// SHA-256 over all of the above.
    pub hash: [u8; 32],
}

/// The end of the chain, sealed with a key that the database does not hold: cutting off the last rows shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditHead {
    /// Place of the last record; 0 when there is none.
    pub seq: i64,
    /// Hash of the last record; zero bytes when there is none.
    pub hash: [u8; 32],
    /// HMAC-SHA256 over both under a key made from the sealing key.
    pub mac: [u8; 32],
}
