use std::fmt;

use serde::de::DeserializeOwned;

use super::verified::claims;
use super::{Header, MAX_COMPACT_LEN, VerifiedJws};
use crate::{Algorithm, JwsError, PublicKey, base64url};

/// Labels that deployed devices put on their signatures (onesid.md §4); ES521 is their word for ES512.
const ONESID_LABELS: [&str; 5] = ["RS256", "ES256", "ES384", "ES512", "ES521"];

/// A token that somebody claims to have signed. Good for finding out whose key to use, and for nothing else.
#[derive(Clone)]
pub struct UnverifiedJws {
    compact: String,
    signing_input_len: usize,
    header: Header,
    payload: Vec<u8>,
    signature: Vec<u8>,
}

impl UnverifiedJws {
    /// Reads a JWS in compact serialization (RFC 7515 §5.2 steps 1 to 7).
    ///
    /// # Errors
    /// [`JwsError`] in this order: longer than 64 KiB, not three parts, no signature, a part that is not strict
    /// base64url, a header that is not an unambiguous JSON object, `crit`, `b64` or `zip`, no `alg`.
    pub fn parse(compact: &str) -> Result<Self, JwsError> {
        if compact.len() > MAX_COMPACT_LEN {
            return Err(JwsError::TooLarge);
        }
        let (signing_input, signature) = compact.rsplit_once('.').ok_or(JwsError::NotCompact)?;
        let (header, payload) = signing_input.split_once('.').ok_or(JwsError::NotCompact)?;
        if payload.contains('.') {
            return Err(JwsError::NotCompact);
        }
        if signature.is_empty() {
            return Err(JwsError::Unsigned);
        }
        Ok(Self {
            header: Header::parse(&decode("header", header)?)?,
            payload: decode("payload", payload)?,
            signature: decode("signature", signature)?,
            signing_input_len: signing_input.len(),
            compact: compact.to_owned(),
        })
    }

    /// The header as claimed: its `kid` may select among keys that are registered already.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The whole token as it was sent, for telling a repeated request from a new one.
    #[must_use]
    pub fn compact(&self) -> &str {
        &self.compact
    }

    /// The payload as claimed.
    #[must_use]
    pub fn unverified_payload(&self) -> &[u8] {
        &self.payload
    }

    /// The claims as claimed, for finding the client (`iss`, `sub`) whose key must verify the token.
    ///
    /// # Errors
    /// [`JwsError::Claims`] and [`JwsError::ClaimsForm`] as in [`VerifiedJws::claims`].
    pub fn unverified_claims<T: DeserializeOwned>(&self) -> Result<T, JwsError> {
        claims(&self.payload)
    }

    /// Verifies with the key and the algorithm that the caller has chosen (RFC 8725 §3.1).
    ///
    /// # Errors
    /// [`JwsError::AlgorithmMismatch`] if the header names another algorithm, [`JwsError::Signature`] if the key
    /// may not be used with it or does not vouch for the token.
    pub fn verify(self, key: &PublicKey, algorithm: Algorithm) -> Result<VerifiedJws, JwsError> {
        if self.header.alg() != algorithm.name() {
            return Err(JwsError::AlgorithmMismatch);
        }
        key.verify(algorithm, self.signing_input(), &self.signature)?;
        Ok(self.into_verified())
    }

    /// Verifies a token of a deployed device with its registered key (onesid.md §4): the label in the header only
    /// has to be one of RS256, ES256, ES384, ES512 and ES521; see [`PublicKey::verify_onesid`].
    ///
    /// # Errors
    /// [`JwsError::AlgorithmMismatch`] for another label, [`JwsError::Signature`] if the key may not be used or does
    /// not vouch for the token.
    pub fn verify_onesid(self, key: &PublicKey) -> Result<VerifiedJws, JwsError> {
        if !ONESID_LABELS.contains(&self.header.alg()) {
            return Err(JwsError::AlgorithmMismatch);
        }
        key.verify_onesid(self.signing_input(), &self.signature)?;
        Ok(self.into_verified())
    }

    /// The exact ASCII bytes that were signed (RFC 7515 §5.1 step 8).
    fn signing_input(&self) -> &[u8] {
        self.compact
            .as_bytes()
            .get(..self.signing_input_len)
            .unwrap_or_default()
    }

    fn into_verified(self) -> VerifiedJws {
        VerifiedJws::new(self.compact, self.header, self.payload)
    }
}

fn decode(part: &'static str, text: &str) -> Result<Vec<u8>, JwsError> {
    base64url::decode(text).map_err(|source| JwsError::Base64 { part, source })
}

impl fmt::Debug for UnverifiedJws {
    /// The header only: an assertion in a log could be replayed until it expires.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnverifiedJws")
            .field("header", &self.header)
            .finish_non_exhaustive()
    }
}
