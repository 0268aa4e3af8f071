//! Services: who may ask for a person's identity (X.1280 profile §7).

mod add;
mod disable;
mod list;
mod members;
mod origin;
mod rotate;
mod vds;
mod wire;

pub use add::{AddedService, NewService, add};
pub use disable::{disable, enable};
pub use list::{find, list, origin_known, stored_list};
pub use origin::WebOrigin;
pub use rotate::{Rotated, Rotation, rotate};
pub use vds::verify_vds;

use super::ServiceId;
use crate::keys::Sealer;
use crate::time::Timestamp;
use countersign_protocol::x1280::{ClaimStyle, IdentityClaim, IdentityScope};
use std::collections::BTreeSet;
use zeroize::Zeroizing;

/// A service, with the client of the same id behind it: pace limits, reports and assertions are the client's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its id, also its client's.
    pub id: ServiceId,
    /// Its name, shown to people.
    pub name: String,
    /// Its picture, shown to people.
    pub logo_url: Option<String>,
    /// What it does with data, in its own words.
    pub privacy_url: Option<String>,
    /// What it may ask for.
    pub allowed_scopes: Vec<IdentityScope>,
    /// What it asks for when its request names nothing.
    pub default_scopes: Vec<IdentityScope>,
    /// The web pages that may ask in its name: cross-origin answers are given to these alone.
    pub origins: Vec<WebOrigin>,
    /// `aud` of the identities that are made for it.
    pub audience: String,
    /// How it wants claims about age spelled.
    pub claim_style: ClaimStyle,
    /// Whether a phone must say which scopes it grants, in what it signs.
    pub consent_required: bool,
    /// `iat` of its current credential, in whole seconds: those from before were replaced.
    pub vds_issued_at: Timestamp,
    /// `exp` of its current credential.
    pub vds_expires_at: Timestamp,
    /// Which of its response keys is in force, from 1.
    pub response_key_version: u32,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When its client was disabled; nothing is begun or answered for it from then on.
    pub disabled_at: Option<Timestamp>,
}

/// The key of response hashes (X.1280 profile §3), 32 bytes. No `Debug`, no `PartialEq`.
pub struct ResponseKey(Zeroizing<[u8; 32]>);

impl ResponseKey {
    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_ref()
    }

    /// The text that the operator hands to the service, base64url: the key is the 32 bytes that it stands for.
    #[must_use]
    pub fn reveal(&self) -> Zeroizing<String> {
        Zeroizing::new(countersign_jose::base64url::encode(self.as_bytes()))
    }
}

impl Service {
    /// Its response key: derived, so that the store holds none.
    #[must_use]
    pub fn response_key(&self, sealer: &Sealer) -> ResponseKey {
        let purpose = format!("x1280 response key {}", self.response_key_version);
        ResponseKey(Zeroizing::new(
            sealer.derive(&purpose, self.id.as_str().as_bytes()),
        ))
    }

    /// Whether it may ask for a scope: for everything that its allowed scopes release, under whatever name.
    #[must_use]
    pub fn allows(&self, scope: IdentityScope) -> bool {
        let allowed: BTreeSet<IdentityClaim> = self
            .allowed_scopes
            .iter()
            .flat_map(|scope| scope.claims())
            .collect();
        scope.claims().all(|claim| allowed.contains(&claim))
    }

    /// Whether a web page of this origin may ask in its name.
    #[must_use]
    pub fn has_origin(&self, origin: &str) -> bool {
        self.origins.iter().any(|have| have.as_str() == origin)
    }
}
