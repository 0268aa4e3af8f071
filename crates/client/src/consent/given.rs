//! How a consent stands, and what was given.

use super::ConsentReceipt;
use countersign_protocol::consent::{ClaimName, ConsentStatus, ContentValue};
use std::fmt;
use uuid::Uuid;

/// A consent as it stood at a look.
#[derive(Clone)]
pub struct Consent {
    pub(super) id: Uuid,
    pub(super) status: ConsentStatus,
    pub(super) content: Vec<ContentValue>,
    pub(super) receipt: Option<ConsentReceipt>,
    pub(super) revoked_at: Option<jiff::Timestamp>,
}

impl Consent {
    /// Its id.
    #[must_use]
    pub const fn id(&self) -> Uuid {
        self.id
    }

    /// How it stands.
    #[must_use]
    pub const fn status(&self) -> ConsentStatus {
        self.status
    }

    /// The value of a name: only while it is approved, was granted, and the minutes to read it are not over.
    #[must_use]
    pub fn value(&self, name: ClaimName) -> Option<&str> {
        let found = self.content.iter().find(|datum| datum.name == name)?;
        Some(&found.value)
    }

    /// Every value that can be read now, in the order of the request.
    pub fn values(&self) -> impl Iterator<Item = (ClaimName, &str)> {
        self.content
            .iter()
            .map(|datum| (datum.name, datum.value.as_str()))
    }

    /// The receipt of a yes, verified with the provider's keys. It stays when the values are gone: keep
    /// [`ConsentReceipt::as_str`] as the proof of what was allowed.
    #[must_use]
    pub const fn receipt(&self) -> Option<&ConsentReceipt> {
        self.receipt.as_ref()
    }

    /// When the person withdrew it. What was read before has to go then.
    #[must_use]
    pub const fn revoked_at(&self) -> Option<jiff::Timestamp> {
        self.revoked_at
    }
}

impl fmt::Debug for Consent {
    /// Names only: the values are personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<ClaimName> = self.content.iter().map(|datum| datum.name).collect();
        f.debug_struct("Consent")
            .field("id", &self.id)
            .field("status", &self.status)
            .field("content", &names)
            .finish_non_exhaustive()
    }
}
