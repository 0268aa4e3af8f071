//! Trust anchors: keys of other issuers whose credentials are taken (X.1280 profile §6).

mod add;
mod certificate;
mod list;
mod reference;
mod remove;
mod verified;

pub use add::{AnchorKey, NewAnchor, add};
pub use list::list;
pub use reference::KeyReference;
pub use remove::remove;
pub(in crate::x1280) use verified::{Trusted, verified};

use crate::id::TrustAnchorId;
use crate::time::Timestamp;

/// A key of another issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustAnchor {
    /// Its id.
    pub id: TrustAnchorId,
    /// Its name, for operators.
    pub name: String,
    /// The issuer that it vouches for, exactly as credentials name it (`iss`; issuer code of ISO 22376).
    pub issuer: String,
    /// How credentials refer to the key.
    pub reference: KeyReference,
    /// What it vouches for.
    pub usage: AnchorUsage,
    /// The public key, JWK as JSON text.
    pub jwk: String,
    /// Before this moment it vouches for nothing.
    pub not_before: Option<Timestamp>,
    /// From this moment on it vouches for nothing.
    pub not_after: Option<Timestamp>,
    /// When it was added.
    pub added_at: Timestamp,
    /// When it was removed, for good.
    pub removed_at: Option<Timestamp>,
}

/// What a trust anchor vouches for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AnchorUsage {
    /// Credentials of people.
    Person,
    /// Credentials of services.
    Service,
}

impl AnchorUsage {
    /// Every usage.
    pub const ALL: [Self; 2] = [Self::Person, Self::Service];

    /// The usage's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Service => "service",
        }
    }

    /// Reads the usage's word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|usage| usage.as_str() == word)
    }
}

impl TrustAnchor {
    /// Whether it vouches for anything at `now`.
    #[must_use]
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.removed_at.is_none()
            && self.not_before.is_none_or(|begin| begin <= now)
            && self.not_after.is_none_or(|end| now < end)
    }
}
