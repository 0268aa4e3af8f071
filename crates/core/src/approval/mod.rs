//! The one approval engine: a front door opens an [`Approval`], a person decides it with a device-bound key, and only
//! the evidence of that decision can make tokens.

pub mod code;
pub mod decide;
pub mod expire;
pub mod list;
pub mod open;
pub mod pace;
mod proof;
pub mod shown;

pub use proof::{DecisionProof, SignedMessage};

use crate::id::{ApplicationId, ApprovalId, AuthenticatorId, ClientId, GrantId, UserId};
use crate::time::Timestamp;
use countersign_protocol::ScopeList;
use countersign_protocol::approval::{ApprovalKind, ApprovalStatus, VerificationMode};

/// A question to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Its id.
    pub id: ApprovalId,
    /// Which front door opened it.
    pub kind: ApprovalKind,
    /// The person who is asked; nobody when the client hides which people exist and the hint named none.
    pub user_id: Option<UserId>,
    /// The client that asked.
    pub client_id: ClientId,
    /// The application that it stands for, when one is known.
    pub application_id: Option<ApplicationId>,
    /// What the person is shown, [`countersign_protocol::approval::ApprovalItem`] as JCS text, without its digest and
    /// without the codes of its verification mode, which are stored nowhere (see [`shown::on_phone`]).
    pub shown: String,
    /// base64url SHA-256 of `shown`. Where a phone shows no code, this is also what a decision must carry.
    pub digest: String,
    /// How the decision is tied to the screen that asked.
    pub verification_mode: VerificationMode,
    /// What was asked for; a decision may grant a part of it.
    pub asked: ScopeList,
    /// Wrong codes so far.
    pub wrong_codes: u32,
    /// When it was asked.
    pub requested_at: Timestamp,
    /// When it ends undecided.
    pub expires_at: Timestamp,
    /// Grows with every change of any approval: the event stream's cursor.
    pub revision: i64,
    /// Where it stands.
    pub state: ApprovalState,
}

/// States of an approval, each with its evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApprovalState {
    /// Nobody has decided.
    Pending,
    /// A phone approved it.
    Approved(SignedDecision),
    /// A phone denied it.
    Denied {
        /// The signed no.
        decision: SignedDecision,
        /// The person says that they did not start this.
        not_me: bool,
    },
    /// It ended without a decision.
    Expired {
        /// When.
        at: Timestamp,
        /// Why.
        cause: ExpiryCause,
    },
    /// It was approved, and its front door has made a grant of it, once.
    Redeemed {
        /// The signed yes.
        decision: SignedDecision,
        /// When it was redeemed.
        at: Timestamp,
        /// What came of it.
        grant_id: GrantId,
    },
}

/// A phone's signed decision, kept as evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedDecision {
    /// When it was taken in.
    pub at: Timestamp,
    /// The phone that signed it.
    pub by: AuthenticatorId,
    /// What it signed, verifiable offline with its public key.
    pub proof: DecisionProof,
    /// What was granted of what was asked.
    pub granted: ScopeList,
}

/// Why an approval ended without a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpiryCause {
    /// Nobody decided in time.
    TimedOut,
    /// Too many wrong codes.
    WrongCodes,
    /// The same application asked the same person again.
    Superseded,
}

impl ExpiryCause {
    /// Every cause with its word in the store.
    pub const ALL: [(Self, &'static str); 3] = [
        (Self::TimedOut, "timed_out"),
        (Self::WrongCodes, "wrong_codes"),
        (Self::Superseded, "superseded"),
    ];
}

impl Approval {
    /// How it stands at `now` as a phone is told: a pending approval past its end is expired, whether or not the
    /// expiry worker has come by.
    #[must_use]
    pub fn status(&self, now: Timestamp) -> ApprovalStatus {
        match self.state {
            ApprovalState::Pending if now >= self.expires_at => ApprovalStatus::Expired,
            ApprovalState::Pending => ApprovalStatus::Pending,
            ApprovalState::Approved(_) | ApprovalState::Redeemed { .. } => ApprovalStatus::Approved,
            ApprovalState::Denied { .. } => ApprovalStatus::Denied,
            ApprovalState::Expired { .. } => ApprovalStatus::Expired,
        }
    }
}
