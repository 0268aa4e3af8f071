//! Consent for personal data (onesid.md §14, decisions.md): a device asks, the person decides on the phone item by
//! item, the device reads the values for a short time, and a signed receipt stays.
//!
//! Whether a consent was given is not written down here a second time: its approval says so. Values are never copied:
//! they are read from the person's own data when they are delivered, so nothing has to be erased afterwards.

pub mod ask;
pub mod list;
pub mod receipt;
pub mod revoke;
pub mod status;

use crate::approval::{Approval, ApprovalState, SignedDecision};
use crate::failure::{Fault, Refusal};
use crate::id::{ApprovalId, ClientId, ConsentId, UserId};
use crate::time::Timestamp;
use countersign_protocol::ScopeList;
use countersign_protocol::approval::ApprovalStatus;
use countersign_protocol::consent::{ClaimName, ConsentStatus};

/// A request for personal data, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// Its id, the client's handle.
    pub id: ConsentId,
    /// The question to the person; names, reason and decision stand there.
    pub approval_id: ApprovalId,
    /// The client that asked, and the only one that is answered.
    pub client_id: ClientId,
    /// The person.
    pub user_id: UserId,
    /// The resource as the client named it.
    pub resource: String,
    /// When it was asked.
    pub requested_at: Timestamp,
    /// The receipt, once it was made.
    pub receipt: Option<String>,
    /// When the person withdrew it, for good.
    pub revoked_at: Option<Timestamp>,
}

impl Consent {
    /// How it stands at `now`: as its approval does, and denied once it was withdrawn.
    #[must_use]
    pub fn status(&self, approval: &Approval, now: Timestamp) -> ConsentStatus {
        match approval.status(now) {
            ApprovalStatus::Approved if self.revoked_at.is_some() => ConsentStatus::Denied,
            ApprovalStatus::Approved => ConsentStatus::Approved,
            ApprovalStatus::Pending => ConsentStatus::Pending,
            ApprovalStatus::Denied => ConsentStatus::Denied,
            ApprovalStatus::Expired => ConsentStatus::Expired,
        }
    }
}

/// The phone's yes, if it said so.
fn given(approval: &Approval) -> Option<&SignedDecision> {
    match &approval.state {
        ApprovalState::Approved(decision) | ApprovalState::Redeemed { decision, .. } => Some(decision),
        ApprovalState::Pending | ApprovalState::Denied { .. } | ApprovalState::Expired { .. } => None,
    }
}

/// The names in a list of what was asked or granted.
fn names(approval: &Approval, list: &ScopeList) -> Result<Vec<ClaimName>, Fault> {
    let name = |word| ClaimName::parse(word);
    list.iter().map(name).collect::<Option<_>>().ok_or_else(|| {
        Fault::corrupt(
            "approvals",
            approval.id,
            "it asks for personal data of an unknown name",
        )
    })
}

fn without_approval(consent: &Consent) -> Fault {
    Fault::corrupt("consents", consent.id, "it has no approval")
}

fn unknown() -> Refusal {
    Refusal::not_found("there is no such consent for this caller")
}
