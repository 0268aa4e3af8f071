//! A session: one request of a service for one person (X.1280 profile §1 to §3).

use super::{ServiceId, SessionId, TokenId};
use crate::id::{ApprovalId, EnrolmentId};
use crate::time::Timestamp;
use countersign_protocol::x1280::RejectReason;

/// A session. What the person decided, and how often an answer was wrong, stands in its approval and only there; its
/// code and the token of its socket are derived from its id and stand nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MutualSession {
    /// Its id.
    pub id: SessionId,
    /// The credential that was asked for.
    pub token_id: TokenId,
    /// The enrolment whose key has to answer: a phone that took the credential over later cannot.
    pub enrolment_id: EnrolmentId,
    /// The service that asked.
    pub service_id: ServiceId,
    /// The question to the person.
    pub approval_id: ApprovalId,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it ends, whatever its state.
    pub expires_at: Timestamp,
    /// What was wrong with the latest wrong answer.
    pub last_refusal: Option<RejectReason>,
    /// Where its result is.
    pub state: SessionState,
}

/// Where the result of a session is.
#[derive(Clone, PartialEq, Eq)]
pub enum SessionState {
    /// There is none: nobody has approved.
    Waiting,
    /// The person approved, and the browser can collect the identity.
    Answered {
        /// When.
        at: Timestamp,
        /// JWT and response hash under the sealing key: they are personal data.
        sealed: Vec<u8>,
    },
    /// The session ended, and the identity was erased.
    Erased {
        /// When the person had approved.
        answered_at: Timestamp,
    },
}

/// Without the sealed bytes, which would only fill a log.
impl std::fmt::Debug for SessionState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Waiting => f.write_str("Waiting"),
            Self::Answered { at, .. } => f.debug_struct("Answered").field("at", at).finish_non_exhaustive(),
            Self::Erased { answered_at } => f
                .debug_struct("Erased")
                .field("answered_at", answered_at)
                .finish(),
        }
    }
}

impl MutualSession {
    /// Whether the session is over at `now`.
    #[must_use]
    pub fn has_ended(&self, now: Timestamp) -> bool {
        now >= self.expires_at
    }
}
