//! Why a credential is refused. Every message may be told to the peer: it names parts and claims, never their values.

use countersign_jose::SignatureError;

/// Why a credential (VDS) is not read, not believed or not issued (x1280.md §6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VdsError {
    /// Longer than [`MAX_TEXT_LEN`](crate::MAX_TEXT_LEN): refused before anything is decoded, and not issued either.
    #[error("the credential is longer than 8 KiB")]
    TextTooLong,
    /// Neither `HC1:` nor the marker 0xDE at the start, whichever alphabet is tried.
    #[error("not a credential: neither HC1 nor ISO 22376 in Base45, Base64, base64url or hex")]
    UnknownContainer,
    /// What follows `HC1:` is not Base45 (RFC 9285 §4).
    #[error("the text after HC1: is not Base45")]
    Base45,
    /// Not zlib, a broken stream, a wrong checksum, or bytes after its end (RFC 1950).
    #[error("the credential is not one zlib stream")]
    Compression,
    /// Inflates to more than [`MAX_INFLATED_LEN`](crate::MAX_INFLATED_LEN): a zip bomb.
    #[error("the credential inflates to more than 64 KiB")]
    InflatedTooLong,
    /// The bytes are not the structure that stands there, or others follow it.
    #[error("the {part} of the credential is malformed")]
    Malformed {
        /// `message`, `header`, `claims` or `payload`.
        part: &'static str,
    },
    /// Nested deeper than [`MAX_DEPTH`](crate::MAX_DEPTH).
    #[error("the {part} of the credential is nested too deeply")]
    TooDeep {
        /// `message`, `header`, `claims` or `payload`.
        part: &'static str,
    },
    /// A map has one key twice, so that two readers could see two credentials (RFC 9052 §3, RFC 8949 §5.6).
    #[error("the {part} of the credential has a map with a duplicate key")]
    DuplicateKey {
        /// `message`, `header`, `claims` or `payload`.
        part: &'static str,
    },
    /// The CBOR tag says another message than `COSE_Sign1`: several signers, a MAC, something encrypted (RFC 9052 §2).
    #[error("the credential is not a COSE_Sign1 message")]
    NotSign1,
    /// A header parameter that we must understand and do not, or that says two things (RFC 9052 §3.1).
    #[error("header parameter `{parameter}` of the credential is not supported")]
    HeaderRefused {
        /// `crit`, `alg` or `counter signature`.
        parameter: &'static str,
    },
    /// An algorithm, a content type or a critical label with a number that the IANA registries do not have.
    #[error("a header of the credential has a value that is not registered")]
    HeaderUnregistered,
    /// No algorithm, or another one than ES256 and PS256.
    #[error("the credential is signed with another algorithm than ES256 and PS256")]
    AlgorithmRefused,
    /// ISO 22376 in another version than 2.
    #[error("the credential has a version of ISO 22376 other than 2")]
    VersionRefused,
    /// The key is of another kind than the algorithm needs, or it must not be used for it.
    #[error("the key may not be used with the algorithm of the credential")]
    KeyRefused,
    /// The signature is not that of this key over this credential.
    #[error("the signature of the credential does not verify")]
    Signature,
    /// A claim is missing or cannot be what it says.
    #[error("claim `{claim}` of the credential {reason}")]
    Claim {
        /// The name of the claim.
        claim: &'static str,
        /// Completes the sentence "claim …".
        reason: &'static str,
    },
    /// Issued, or valid, from more than [`MAX_AHEAD_SECONDS`](crate::MAX_AHEAD_SECONDS) in the future.
    #[error("the credential is not valid yet")]
    NotYetValid,
    /// The time of `exp` has come (RFC 8392 §3.1.4).
    #[error("the credential has expired")]
    Expired,
    /// Only persons and services are issued, and only under a `kid`.
    #[error("only persons and services are issued, under a key with a kid")]
    NotIssued,
    /// The credential could not be written or signed.
    #[error("the credential could not be signed")]
    Signing,
}

impl VdsError {
    pub(crate) const fn claim(claim: &'static str, reason: &'static str) -> Self {
        Self::Claim { claim, reason }
    }
}

impl From<SignatureError> for VdsError {
    fn from(error: SignatureError) -> Self {
        match error {
            SignatureError::KeyRefused => Self::KeyRefused,
            SignatureError::Invalid => Self::Signature,
            SignatureError::Signing => Self::Signing,
        }
    }
}
