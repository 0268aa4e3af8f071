//! The provider's own signing keys: sealed at rest, rotated without breaking those who cache.

pub mod need;
pub mod ring;
pub mod rotate;
pub mod seal;

pub use ring::{KeyRing, KeyState, KeyTimes, RingKey};
pub use seal::Sealer;

use crate::time::Timestamp;
use countersign_jose::Algorithm;

/// A signing key as the store keeps it. Its state is a pure function of its times and the present:
/// `Announced → Active → Retained → Retired`, `Revoked` from anywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKey {
    /// Its `kid`, the RFC 7638 thumbprint.
    pub kid: String,
    /// What it signs.
    pub purpose: KeyPurpose,
    /// Its one algorithm.
    pub algorithm: Algorithm,
    /// The private key, PKCS#8 sealed with AES-256-GCM under the sealing key.
    pub sealed: Vec<u8>,
    /// The public key, canonical JWK as JSON text.
    pub jwk: String,
    /// When it entered the key set.
    pub announced_at: Timestamp,
    /// When it begins to sign.
    pub active_at: Timestamp,
    /// When it stopped to sign, and is kept for verification only.
    pub retained_at: Option<Timestamp>,
    /// When it leaves the key set.
    pub retired_at: Option<Timestamp>,
    /// When it was revoked: it left the key set at once.
    pub revoked_at: Option<Timestamp>,
}

/// What a key signs. One key for each purpose and algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyPurpose {
    /// ID tokens and JWT access tokens, published in `{iss}/jwks`.
    Oidc,
    /// What tells push services who sends (RFC 8292). Subscriptions are bound to it, so it is never rotated: phones
    /// would have to subscribe anew.
    Push,
    /// Identities of X.1280, published in `{host}/.well-known/jwks.json` (X.1280 profile §4).
    Identity,
    /// Credentials of people and of services (X.1280 profile §6). They live for years, so that also a retired key
    /// verifies them, and a revoked one ends them all.
    Credential,
}

impl KeyPurpose {
    /// Every purpose.
    pub const ALL: [Self; 4] = [Self::Oidc, Self::Push, Self::Identity, Self::Credential];

    /// The word in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Oidc => "oidc",
            Self::Push => "push",
            Self::Identity => "identity",
            Self::Credential => "credential",
        }
    }

    /// Reads the word in the store.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == word)
    }

    /// Whether the key is made at first need ([`need::signer`]), and so also anew after a revocation.
    #[must_use]
    pub const fn is_made_at_need(self) -> bool {
        match self {
            Self::Oidc => false,
            Self::Push | Self::Identity | Self::Credential => true,
        }
    }
}
