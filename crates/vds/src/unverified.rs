use std::fmt;

use countersign_jose::{Algorithm, PublicKey};

use crate::alphabet::{self, Unwrapped};
use crate::hc1::{self, Sign1};
use crate::iso22376::Seal;
use crate::{ClaimedVds, VdsError, VerifiedVds};

/// The two containers of x1280.md §6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Container {
    /// `HC1:`, Base45, zlib, `COSE_Sign1`, CWT.
    Hc1,
    /// ISO 22376 version 2.
    Iso22376,
}

impl Container {
    /// The name for people and for JSON: `HC1` or `ISO 22376`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hc1 => "HC1",
            Self::Iso22376 => "ISO 22376",
        }
    }
}

impl fmt::Display for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What somebody shows as a credential: decoded so far that a key can be chosen, believed in nothing.
pub struct UnverifiedVds(Inner);

enum Inner {
    Hc1(Box<Sign1>),
    Iso22376(Seal),
}

impl UnverifiedVds {
    /// Decodes a credential; container and alphabet are found out. HC1 comes as its text, ISO 22376 in Base45, Base64,
    /// base64url or hex; the text of HC1 may itself be wrapped in one of these. A line break at the end is passed over.
    ///
    /// # Errors
    /// [`VdsError`] from [`VdsError::TextTooLong`] to [`VdsError::VersionRefused`]: the first limit or rule that is
    /// broken, in the order of decoding.
    pub fn parse(text: &str) -> Result<Self, VdsError> {
        match alphabet::unwrap(text)? {
            Unwrapped::Hc1(zlib) => {
                let message = hc1::inflate(&zlib)?;
                Ok(Self(Inner::Hc1(Box::new(Sign1::parse(&message)?))))
            }
            Unwrapped::Iso22376(bytes) => Ok(Self(Inner::Iso22376(Seal::parse(bytes)?))),
        }
    }

    /// Which container it is.
    #[must_use]
    pub fn container(&self) -> Container {
        match &self.0 {
            Inner::Hc1(_) => Container::Hc1,
            Inner::Iso22376(_) => Container::Iso22376,
        }
    }

    /// What refers to the key of the issuer. HC1: `kid` of the protected header, else of the unprotected one (RFC 9052
    /// §3.1), which anybody may have changed: a wrong one finds no key or one that does not verify. ISO 22376: the nine
    /// characters of issuer and certificate, in ASCII, without the spaces that pad them.
    #[must_use]
    pub fn kid(&self) -> Option<&[u8]> {
        match &self.0 {
            Inner::Hc1(message) => message.kid(),
            Inner::Iso22376(seal) => Some(seal.reference().as_bytes()),
        }
    }

    /// How it says that it is signed: ES256 or PS256. ISO 22376 is always ES256.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        match &self.0 {
            Inner::Hc1(message) => message.algorithm(),
            Inner::Iso22376(_) => Seal::ALGORITHM,
        }
    }

    /// What it says of itself, for whoever carries it: a phone has to name a credential before anybody has verified it.
    /// A decision about the person needs [`verify`](Self::verify).
    ///
    /// # Errors
    /// [`VdsError::Malformed`], [`VdsError::TooDeep`], [`VdsError::DuplicateKey`] or [`VdsError::Claim`].
    pub fn claimed(&self) -> Result<ClaimedVds, VdsError> {
        match &self.0 {
            Inner::Hc1(message) => message.claims().map(|cwt| ClaimedVds {
                issuer: cwt.issuer,
                expires_at: cwt.expires_at,
                content: cwt.content,
            }),
            Inner::Iso22376(seal) => seal.content().map(|content| ClaimedVds {
                issuer: Some(seal.reference().to_owned()),
                expires_at: None,
                content,
            }),
        }
    }

    /// Verifies the signature with the key that the caller trusts, and then reads the claims.
    ///
    /// # Errors
    /// [`VdsError::KeyRefused`] if the key is not for [`algorithm`](Self::algorithm), [`VdsError::Signature`] if it
    /// does not vouch for the credential; after that [`VdsError::Malformed`], [`VdsError::TooDeep`],
    /// [`VdsError::DuplicateKey`] or [`VdsError::Claim`] for what the issuer signed.
    pub fn verify(self, key: &PublicKey) -> Result<VerifiedVds, VdsError> {
        match self.0 {
            Inner::Hc1(message) => message.verify(key),
            Inner::Iso22376(seal) => seal.verify(key),
        }
    }
}

/// Shows what [`UnverifiedVds`] gives away, and none of the claims.
impl fmt::Debug for UnverifiedVds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnverifiedVds")
            .field("container", &self.container())
            .field("algorithm", &self.algorithm())
            .field("kid", &self.kid())
            .finish_non_exhaustive()
    }
}
