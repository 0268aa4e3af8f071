//! Credentials of people (X.1280 profile §6): issued here, or by an issuer that a trust anchor vouches for.

mod issue;
mod list;
mod members;
mod revoke;
mod verify;
mod wire;

pub use issue::{Issued, NewCredential, issue};
pub use list::{list, stored_list};
pub use revoke::revoke;
pub use verify::{VerifiedCredential, verify};

use super::TokenId;
use crate::id::UserId;
use crate::time::Timestamp;
use countersign_protocol::x1280::CredentialStatus;

/// What is known of a credential. A credential that was revoked before anybody showed it is known by its id alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// Its id.
    pub token_id: TokenId,
    /// Who vouches for it; `None` until it is seen.
    pub origin: Option<CredentialOrigin>,
    /// The person that it belongs to: named when it was issued, or known since its enrolment.
    pub user_id: Option<UserId>,
    /// Its claims under the sealing key, from its enrolment until it ends.
    pub sealed_claims: Option<Vec<u8>>,
    /// When it was issued here or seen for the first time.
    pub recorded_at: Timestamp,
    /// When it was revoked, for good, and why. A credential whose key of ours was revoked is revoked with that key, also
    /// where it is enrolled: whoever stole the key could have issued it.
    pub revoked: Option<Revocation>,
}

/// Who vouches for a credential, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialOrigin {
    /// The issuer, `iss`: our own host, or that of a trust anchor.
    pub issuer: String,
    /// The key that signed it: our `kid`, or the reference of the trust anchor.
    pub key: String,
    /// When it ends; `None` when it says no end.
    pub expires_at: Option<Timestamp>,
}

/// The end of a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// When.
    pub at: Timestamp,
    /// Why, in the operator's words.
    pub reason: Option<String>,
}

impl Credential {
    /// Whether it has run out at `now`.
    #[must_use]
    pub fn has_expired(&self, now: Timestamp) -> bool {
        let end = self.origin.as_ref().and_then(|origin| origin.expires_at);
        end.is_some_and(|end| now >= end)
    }

    /// Where it stands at `now`. Its claims are kept from its enrolment to its end.
    #[must_use]
    pub fn status(&self, now: Timestamp) -> CredentialStatus {
        if self.revoked.is_some() {
            CredentialStatus::Revoked
        } else if self.has_expired(now) {
            CredentialStatus::Expired
        } else if self.sealed_claims.is_some() {
            CredentialStatus::Enrolled
        } else {
            CredentialStatus::Issued
        }
    }
}
