//! QR sign-in (onesid.md §10): a code tells the service which person stands before its screen, and no more. The person
//! still decides on the phone, through the one approval engine.
//!
//! Nothing secret of a session is stored: the key of its animated code, its login hint token and its `auth_req_id` are
//! derived from its id and the sealing key, so that every look can show them again ([`secrets::QrSecrets`]).

mod code;
pub mod legacy;
pub mod make;
pub mod picture;
mod rate;
mod refuse;
pub mod request;
pub mod scan;
pub mod secrets;
pub mod status;

use crate::approval::open::Origin;
use crate::entropy::Entropy;
use crate::id::{ApprovalId, AuthenticatorId, ClientId, DeviceId};
use crate::time::Timestamp;
use countersign_jose::base64url;
use std::fmt;
use uuid::Uuid;

/// The id of a session. Whoever sees the screen can read it, so it opens nothing by itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct QrSessionId(String);

impl QrSessionId {
    /// The longest text that is looked up, in bytes.
    const MAX_BYTES: usize = 64;

    /// Makes a new id of 128 random bits, 22 base64url characters: few, so that the code stays coarse enough to scan.
    #[must_use]
    pub fn new(entropy: &dyn Entropy) -> Self {
        Self(base64url::encode(&entropy.bytes::<16>()))
    }

    /// Reads an id; `None` for a text that is none of ours.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        ((1..=Self::MAX_BYTES).contains(&text.len()) && text.bytes().all(legal))
            .then(|| Self(text.to_owned()))
    }

    /// The id's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Uuid> for QrSessionId {
    /// An id of the older form (onesid.md §10.3).
    fn from(id: Uuid) -> Self {
        Self(id.to_string())
    }
}

impl fmt::Display for QrSessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which of the two forms a session has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QrKind {
    /// The service asks the scanned person by CIBA (onesid.md §10.1).
    Hosted,
    /// The scan itself asks the person (onesid.md §10.3).
    Legacy,
}

impl QrKind {
    /// Its word in the store, which is also the wire's.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hosted => "qr",
            Self::Legacy => "qr_legacy",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Hosted, Self::Legacy]
            .into_iter()
            .find(|kind| kind.as_str() == word)
    }
}

/// A session: one code on one screen, for one phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QrSession {
    /// Its id.
    pub id: QrSessionId,
    /// Which of the two forms it has.
    pub kind: QrKind,
    /// The client that made it and alone may look at it.
    pub client_id: ClientId,
    /// The device behind that client.
    pub device_id: DeviceId,
    /// Whether its code changes every second.
    pub animated: bool,
    /// Where it was made from, shown to a person whom the scan itself asks.
    pub origin: Origin,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends, whatever its state.
    pub expires_at: Timestamp,
    /// Where it stands.
    pub state: QrState,
}

/// States of a session, each with its evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QrState {
    /// No phone has scanned.
    Waiting,
    /// A phone has; the service may ask its person.
    Scanned(Scan),
    /// The person was asked.
    Requested {
        /// Who scanned.
        scan: Scan,
        /// What the person was asked.
        approval_id: ApprovalId,
    },
}

/// The scan that a session took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scan {
    /// When.
    pub at: Timestamp,
    /// The phone.
    pub by: AuthenticatorId,
}

impl QrSession {
    /// Whether the session is over at `now`.
    #[must_use]
    pub fn has_ended(&self, now: Timestamp) -> bool {
        now >= self.expires_at
    }
}
