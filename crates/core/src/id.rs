//! Ids that cannot be mixed up: a user's id is another type than a device's.

use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

macro_rules! uuid_id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// Makes a new random id.
            #[must_use]
            pub fn new(entropy: &dyn crate::entropy::Entropy) -> Self {
                Self(entropy.uuid())
            }

            /// Makes a new id that begins with the moment (RFC 9562 §5.7): for rows of which there are many, so that
            /// new ones stand side by side in the store. Its 74 random bits are not to be guessed, its age is no secret.
            #[must_use]
            pub fn new_at(entropy: &dyn crate::entropy::Entropy, now: crate::time::Timestamp) -> Self {
                Self(entropy.uuid_at(now))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                text.parse().map(Self)
            }
        }
    )*};
}

uuid_id! {
    /// Id of an organisation.
    OrganisationId;
    /// Id of a person; the `sub` of tokens.
    UserId;
    /// Id of a machine.
    DeviceId;
    /// Id of an application.
    ApplicationId;
    /// Id of a person's phone.
    AuthenticatorId;
    /// Id of an approval.
    ApprovalId;
    /// Id of a consent for personal data.
    ConsentId;
    /// Id of a message in the outbox.
    OutboxId;
    /// Id of a grant: the family of tokens that one approval made.
    GrantId;
    /// Id of an enrolment of a credential on a phone.
    EnrolmentId;
    /// Id of a key of another issuer of credentials.
    TrustAnchorId;
}

/// An OAuth client id: a UUID for devices, 21 characters for phones, free text for registered services.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClientId(String);

impl ClientId {
    /// The longest client id that is read, in bytes.
    pub const MAX_BYTES: usize = 255;

    /// Takes the text of a client id; `None` when it is empty, too long, or has characters outside RFC 6749 appendix A.1.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let legal = text.bytes().all(|byte| (0x20..=0x7e).contains(&byte));
        (legal && !text.is_empty() && text.len() <= Self::MAX_BYTES).then(|| Self(text.to_owned()))
    }

    /// Makes a new id: a prefix and 128 random bits, 22 base64url characters.
    pub(crate) fn random(prefix: &'static str, entropy: &dyn crate::entropy::Entropy) -> Self {
        let random = countersign_jose::base64url::encode(&entropy.bytes::<16>());
        Self(format!("{prefix}{random}"))
    }

    /// The id's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Uuid> for ClientId {
    fn from(id: Uuid) -> Self {
        Self(id.to_string())
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
