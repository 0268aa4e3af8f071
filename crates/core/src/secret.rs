//! Secrets have a shape: 256 random bits, no dot, only their SHA-256 in the store.

use crate::entropy::Entropy;
use countersign_jose::{base64url, hash};
use zeroize::Zeroizing;

/// A bearer secret: access token, refresh token, `auth_req_id`, invitation, login hint token.
///
/// There is no `Debug` and no `PartialEq`: it cannot be printed, and it is compared only by its digest.
pub struct OpaqueToken(Zeroizing<String>);

impl OpaqueToken {
    /// The longest text that is looked up, in bytes; anything longer is none of ours.
    pub const MAX_BYTES: usize = 512;

    /// Makes a new token of 256 random bits, 43 base64url characters, without a dot: published clients tell opaque
    /// tokens from JWTs by the dot (onesid.md §7), and CIBA Core §7.3 asks for at least 128 bits.
    #[must_use]
    pub fn new(entropy: &dyn Entropy) -> Self {
        Self(Zeroizing::new(base64url::encode(&entropy.bytes::<32>())))
    }

    /// Takes a token as it was presented.
    #[must_use]
    pub fn presented(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }

    /// The text, to be put into an answer once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The digest that the store knows the token by.
    #[must_use]
    pub fn digest(&self) -> TokenDigest {
        TokenDigest(hash::sha256(self.0.as_bytes()))
    }
}

/// SHA-256 of a secret's text. A look-up by it leaks nothing useful through timing: the attacker does not choose it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenDigest(pub [u8; 32]);
