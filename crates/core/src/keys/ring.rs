//! The opened keys, and what each may do at a moment: a pure function of the keys' times and the present.

use super::{KeyPurpose, Sealer, SigningKey};
use crate::failure::Fault;
use crate::time::Timestamp;
use countersign_jose::{Algorithm, PrivateKey, PublicKey};
use serde_json::{Value, json};
use std::sync::Arc;

/// Where a key stands: `Announced → Active → Retained → Retired`, `Revoked` from anywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyState {
    /// Published so that those who cache the key set know it in time; signs nothing.
    Announced,
    /// Signs.
    Active,
    /// Signs nothing any more; published until the last token that it signed has ended.
    Retained,
    /// No longer published.
    Retired,
    /// Withdrawn at once: what it signed does not verify any more.
    Revoked,
}

impl KeyState {
    /// The word for people and for JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Announced => "announced",
            Self::Active => "active",
            Self::Retained => "retained",
            Self::Retired => "retired",
            Self::Revoked => "revoked",
        }
    }

    /// Whether the key stands in the key set.
    #[must_use]
    pub const fn is_published(self) -> bool {
        matches!(self, Self::Announced | Self::Active | Self::Retained)
    }
}

/// The moments that decide a key's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyTimes {
    /// When it entered the key set.
    pub announced_at: Timestamp,
    /// When it begins to sign.
    pub active_at: Timestamp,
    /// When it stops to sign.
    pub retained_at: Option<Timestamp>,
    /// When it leaves the key set.
    pub retired_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

impl KeyTimes {
    /// The state at `now`.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> KeyState {
        let reached = |at: Option<Timestamp>| at.is_some_and(|at| at <= now);
        if reached(self.revoked_at) {
            KeyState::Revoked
        } else if reached(self.retired_at) {
            KeyState::Retired
        } else if reached(self.retained_at) {
            KeyState::Retained
        } else if self.active_at <= now {
            KeyState::Active
        } else {
            KeyState::Announced
        }
    }
}

impl SigningKey {
    /// The moments that decide its state.
    #[must_use]
    pub const fn times(&self) -> KeyTimes {
        KeyTimes {
            announced_at: self.announced_at,
            active_at: self.active_at,
            retained_at: self.retained_at,
            retired_at: self.retired_at,
            revoked_at: self.revoked_at,
        }
    }

    /// The state at `now`.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> KeyState {
        self.times().state(now)
    }
}

/// A signing key, opened.
#[derive(Debug, Clone)]
pub struct RingKey {
    /// Its `kid`, the RFC 7638 thumbprint.
    pub kid: String,
    /// What it signs.
    pub purpose: KeyPurpose,
    /// Its one algorithm.
    pub algorithm: Algorithm,
    /// The private half.
    pub private: Arc<PrivateKey>,
    /// The public half, with `kid`, `use` and `alg` as it is published.
    pub public: PublicKey,
    /// The moments that decide its state.
    pub times: KeyTimes,
}

impl RingKey {
    /// The state at `now`.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> KeyState {
        self.times.state(now)
    }

    fn open(row: &SigningKey, sealer: &Sealer) -> Result<Self, Fault> {
        let broken = |reason: String| Fault::corrupt("signing_key", &row.kid, reason);
        let pkcs8 = sealer.open(&sealed_for(&row.kid), &row.sealed)?;
        let private = PrivateKey::from_pkcs8(&pkcs8).map_err(|error| broken(error.to_string()))?;
        let jwk = private.public().jwk().clone();
        // The kid is in every token: a row whose key is another one would make tokens that nobody can verify.
        if jwk.thumbprint() != row.kid {
            return Err(broken("the private key does not belong to the kid".to_owned()));
        }
        let jwk = jwk
            .with_kid(row.kid.clone())
            .with_alg(row.algorithm)
            .with_use_sig();
        let public = PublicKey::from_jwk(&jwk).map_err(|error| broken(error.to_string()))?;
        if !public.supports(row.algorithm) {
            return Err(broken(format!("the key cannot sign with {}", row.algorithm)));
        }
        Ok(Self {
            kid: row.kid.clone(),
            purpose: row.purpose,
            algorithm: row.algorithm,
            private: Arc::new(private),
            public,
            times: row.times(),
        })
    }
}

/// The purpose that a private key is sealed for: a sealed key that is moved to another row does not open.
pub(super) fn sealed_for(kid: &str) -> String {
    format!("signing key {kid}")
}

/// The opened signing keys.
#[derive(Debug, Clone, Default)]
pub struct KeyRing {
    keys: Vec<RingKey>,
}

impl KeyRing {
    /// Opens the stored keys. Those that are open in `previous` are taken over; revoked ones stay shut.
    ///
    /// # Errors
    /// A key does not open with this sealing key, or is not the key that its row says.
    pub fn open(previous: &Self, rows: &[SigningKey], sealer: &Sealer) -> Result<Self, Fault> {
        let open = |row: &SigningKey| match previous.find(&row.kid) {
            Some(kept) => Ok(RingKey {
                times: row.times(),
                ..kept.clone()
            }),
            None => RingKey::open(row, sealer),
        };
        let keys = rows
            .iter()
            .filter(|row| row.revoked_at.is_none())
            .map(open)
            .collect::<Result<_, _>>()?;
        Ok(Self { keys })
    }

    /// The key that signs at `now`.
    ///
    /// # Errors
    /// There is none.
    pub fn signer(
        &self,
        purpose: KeyPurpose,
        algorithm: Algorithm,
        now: Timestamp,
    ) -> Result<&RingKey, Fault> {
        self.keys
            .iter()
            .filter(|key| key.purpose == purpose && key.algorithm == algorithm)
            .filter(|key| key.state(now) == KeyState::Active)
            .max_by_key(|key| key.times.active_at)
            .ok_or_else(|| {
                Fault::new(format!(
                    "no active {algorithm} signing key; make one with `countersign key rotate --alg {algorithm} --now`"
                ))
            })
    }

    /// The keys of the key set, the active RS256 key first: clients before ones-oidc 0.3.9 take `keys[0]` and read
    /// nothing but RS256 (onesid.md §1, items 5 to 7).
    #[must_use]
    pub fn published(&self, purpose: KeyPurpose, now: Timestamp) -> Vec<&RingKey> {
        let mut keys: Vec<&RingKey> = self
            .keys
            .iter()
            .filter(|key| key.purpose == purpose && key.state(now).is_published())
            .collect();
        keys.sort_by_key(|key| {
            let foreign = key.algorithm != Algorithm::Rs256;
            let idle = key.state(now) != KeyState::Active;
            (
                foreign,
                key.algorithm,
                idle,
                std::cmp::Reverse(key.times.active_at),
            )
        });
        keys
    }

    /// The published key of a `kid`, to verify what this provider signed itself.
    #[must_use]
    pub fn published_key(&self, purpose: KeyPurpose, kid: &str, now: Timestamp) -> Option<&RingKey> {
        self.find(kid)
            .filter(|key| key.purpose == purpose && key.state(now).is_published())
    }

    /// Every key that was not revoked, retired ones too: for evidence that has no end, such as consent receipts.
    #[must_use]
    pub fn unrevoked(&self, purpose: KeyPurpose) -> Vec<&RingKey> {
        self.keys.iter().filter(|key| key.purpose == purpose).collect()
    }

    /// The JWK Set (RFC 7517 §5), each key with `kid`, `use` and `alg`.
    #[must_use]
    pub fn jwks(&self, purpose: KeyPurpose, now: Timestamp) -> Value {
        let keys: Vec<_> = self
            .published(purpose, now)
            .into_iter()
            .map(|key| key.public.jwk())
            .collect();
        json!({ "keys": keys })
    }

    fn find(&self, kid: &str) -> Option<&RingKey> {
        self.keys.iter().find(|key| key.kid == kid)
    }
}
