//! The outbox: what has to be told to somebody outside is a row, written in the transaction of what it tells about, and
//! delivered at least once by a courier (docs/architecture.md, law 13).
//!
//! A courier [claims](claim::claim) what is due, sends it while no transaction is open, and [settles](settle::settle) the
//! outcome by compare-and-set on the number of the attempt. A claim is a lease: a courier that dies loses it, and the
//! message is due again. Several processes can run couriers on one store.

pub mod claim;
pub mod list;
pub mod post;
pub mod settle;

use crate::id::{ApprovalId, AuthenticatorId, OutboxId};
use crate::time::Timestamp;

/// A message that waits, or that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxMessage {
    /// Its id, made from what it tells to whom: the same thing is told once.
    pub id: OutboxId,
    /// How it travels.
    pub kind: OutboxKind,
    /// The phone that it is for.
    pub authenticator_id: AuthenticatorId,
    /// The approval that it tells about.
    pub approval_id: ApprovalId,
    /// What is sent, before encryption: never a person, an application or a message (security checklist 4.9).
    pub payload: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it is due, or until when a courier has it.
    pub not_before: Timestamp,
    /// How often a courier has taken it.
    pub attempts: u32,
    /// When nobody needs it any more: the end of the approval.
    pub expires_at: Timestamp,
    /// Why the last attempt failed; a short sentence without secrets.
    pub last_error: Option<String>,
    /// Where it stands.
    pub state: DeliveryState,
}

/// How a message travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutboxKind {
    /// By a push service to a phone (RFC 8030).
    WebPush,
}

impl OutboxKind {
    /// The word in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WebPush => "web_push",
        }
    }

    /// Reads the word in the store.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        (word == "web_push").then_some(Self::WebPush)
    }
}

/// States of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// It waits, or a courier has it.
    Pending,
    /// The other side has taken it.
    Delivered {
        /// When.
        at: Timestamp,
    },
    /// It will not be sent any more: a dead letter.
    Dead {
        /// When it was given up.
        at: Timestamp,
        /// Why.
        cause: DeadCause,
    },
}

/// Why a message was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeadCause {
    /// Its approval ended before the other side took it.
    Expired,
    /// Too many attempts failed.
    Exhausted,
    /// The subscription is over, said the push service (404 or 410).
    Gone,
    /// The other side refused it for good.
    Refused,
}

impl DeadCause {
    /// Every cause.
    pub const ALL: [Self; 4] = [Self::Expired, Self::Exhausted, Self::Gone, Self::Refused];

    /// The word in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Exhausted => "exhausted",
            Self::Gone => "gone",
            Self::Refused => "refused",
        }
    }

    /// Reads the word in the store.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.as_str() == word)
    }
}
