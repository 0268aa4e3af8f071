//! What was proven. `acr`, `amr` and `auth_time` come from here and from nothing else, so that a token cannot
//! overstate what happened.

use crate::approval::{ApprovalState, SignedDecision};
use crate::time::Timestamp;
use countersign_protocol::approval::VerificationMode;

/// What a signed decision proved, kept with the grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evidence {
    verification_mode: VerificationMode,
    decided_at: Timestamp,
}

impl Evidence {
    /// Reads the evidence of an approval: only a phone's signed yes is any.
    #[must_use]
    pub fn of(mode: VerificationMode, state: &ApprovalState) -> Option<Self> {
        match state {
            ApprovalState::Approved(decision) | ApprovalState::Redeemed { decision, .. } => {
                Some(Self::signed(mode, decision))
            }
            ApprovalState::Pending | ApprovalState::Denied { .. } | ApprovalState::Expired { .. } => None,
        }
    }

    fn signed(verification_mode: VerificationMode, decision: &SignedDecision) -> Self {
        Self {
            verification_mode,
            decided_at: decision.at,
        }
    }

    /// Restores what the store kept of a grant.
    #[must_use]
    pub const fn restore(verification_mode: VerificationMode, decided_at: Timestamp) -> Self {
        Self {
            verification_mode,
            decided_at,
        }
    }

    /// The mode that tied the decision to the asking screen.
    #[must_use]
    pub const fn verification_mode(&self) -> VerificationMode {
        self.verification_mode
    }

    /// `auth_time` (OpenID Connect Core §2): when the person decided.
    #[must_use]
    pub const fn auth_time(&self) -> Timestamp {
        self.decided_at
    }

    /// `acr` (OpenID Connect Core §2): one class for each verification mode.
    #[must_use]
    pub const fn acr(&self) -> &'static str {
        acr_of(self.verification_mode)
    }

    /// `amr` (RFC 8176 §2): a key on the phone, over a second channel, by a person who was there; and a one-time code
    /// where one was transferred.
    #[must_use]
    pub const fn amr(&self) -> &'static [&'static str] {
        match self.verification_mode {
            VerificationMode::None | VerificationMode::Compare => &["swk", "mca", "user"],
            VerificationMode::Choose | VerificationMode::Transfer => &["swk", "mca", "user", "otp"],
        }
    }
}

/// The authentication context class of a verification mode.
#[must_use]
pub const fn acr_of(mode: VerificationMode) -> &'static str {
    match mode {
        VerificationMode::None => "urn:countersign:acr:approve",
        VerificationMode::Compare => "urn:countersign:acr:compare",
        VerificationMode::Choose => "urn:countersign:acr:choose",
        VerificationMode::Transfer => "urn:countersign:acr:transfer",
    }
}

/// The verification mode that an authentication context class asks for; `None` for a class that is not ours.
#[must_use]
pub fn mode_of(acr: &str) -> Option<VerificationMode> {
    [
        VerificationMode::None,
        VerificationMode::Compare,
        VerificationMode::Choose,
        VerificationMode::Transfer,
    ]
    .into_iter()
    .find(|mode| acr_of(*mode) == acr)
}
