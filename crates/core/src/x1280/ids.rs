//! Ids of this front door that are text.

use crate::entropy::Entropy;
use crate::id::ClientId;
use countersign_jose::base64url;
use std::fmt;

/// The longest id that we make or look up, in bytes; those of other issuers' credentials may be longer than ours.
const MAX_BYTES: usize = 128;

/// `prefix` and 128 random bits, 22 base64url characters.
fn random(prefix: &str, entropy: &dyn Entropy) -> String {
    format!("{prefix}{}", base64url::encode(&entropy.bytes::<16>()))
}

/// Whether a text could be one of our own ids with this prefix.
fn is_ours(prefix: &str, text: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    text.len() <= MAX_BYTES
        && text.len() > prefix.len()
        && text.starts_with(prefix)
        && text.bytes().all(legal)
}

/// The text is no id of this kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no id of this kind")]
pub struct NotAnId;

macro_rules! text_id {
    ($name:ident) => {
        impl std::str::FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                Self::parse(text).ok_or(NotAnId)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

/// The id of a session (X.1280 profile §1): `sess_` and 128 random bits. It is in the browser's address line, so it
/// opens nothing by itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SessionId(String);

impl SessionId {
    const PREFIX: &'static str = "sess_";

    /// Makes a new id.
    #[must_use]
    pub fn new(entropy: &dyn Entropy) -> Self {
        Self(random(Self::PREFIX, entropy))
    }

    /// Reads an id; `None` for a text that is none of ours.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        is_ours(Self::PREFIX, text).then(|| Self(text.to_owned()))
    }

    /// The id's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

text_id!(SessionId);

/// The id of a service (X.1280 profile §7), which is the `client_id` of the client behind it. It proves nothing: anybody
/// who has seen a request knows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ServiceId(ClientId);

impl ServiceId {
    const PREFIX: &'static str = "svc_";

    /// Makes a new id.
    #[must_use]
    pub fn new(entropy: &dyn Entropy) -> Self {
        Self(ClientId::random(Self::PREFIX, entropy))
    }

    /// Reads an id; `None` for a text that is none of ours.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        is_ours(Self::PREFIX, text)
            .then(|| ClientId::parse(text).map(Self))
            .flatten()
    }

    /// The id of the client behind the service: the same text.
    #[must_use]
    pub const fn client_id(&self) -> &ClientId {
        &self.0
    }

    /// The id's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

text_id!(ServiceId);

/// The id of a credential, `tokenId` on the wire: the `sub` of identity JWTs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TokenId(String);

impl TokenId {
    /// Makes the id of a credential that we issue: `tok_` and 128 random bits.
    #[must_use]
    pub fn new(entropy: &dyn Entropy) -> Self {
        Self(random("tok_", entropy))
    }

    /// Reads an id that an issuer of credentials chose: 1 to 128 printable ASCII characters without spaces, `"`, `\`
    /// and `|`. Phones sign texts whose parts are joined by `|`, so that one in an id would let two texts be the same.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let legal = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'|' | b'"' | b'\\');
        ((1..=MAX_BYTES).contains(&text.len()) && text.bytes().all(legal)).then(|| Self(text.to_owned()))
    }

    /// The id's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

text_id!(TokenId);

#[cfg(test)]
mod tests {
    use super::{ServiceId, SessionId, TokenId};

    #[test]
    fn ids_of_ours_begin_with_what_they_are() {
        assert!(SessionId::parse("sess_A-z_9").is_some());
        assert!(ServiceId::parse("svc_A-z_9").is_some());
        for wrong in [
            "", "sess_", "svc_", "sess", "SESS_a", "sess_a b", "svc_a|b", "svc_ä",
        ] {
            assert!(SessionId::parse(wrong).is_none(), "{wrong}");
            assert!(ServiceId::parse(wrong).is_none(), "{wrong}");
        }
        assert!(ServiceId::parse("sess_a").is_none() && SessionId::parse("svc_a").is_none());
        assert!(SessionId::parse(&format!("sess_{}", "a".repeat(200))).is_none());
    }

    #[test]
    fn an_id_of_a_credential_cannot_end_a_part_of_a_signed_text() {
        let long = "t".repeat(129);
        for wrong in ["", "a|b", "a b", "a\"b", "a\\b", "a\u{7f}b", "é", long.as_str()] {
            assert!(TokenId::parse(wrong).is_none(), "{wrong}");
        }
        for right in [
            "URN:UVCI:01:FR:W7V2BE46QSBJ#L",
            "0e8f4c1e-3f8a",
            "a/b+c=",
            &long[..128],
        ] {
            assert_eq!(TokenId::parse(right).unwrap().as_str(), right);
        }
    }
}
