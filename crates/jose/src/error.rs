//! What can be refused. No message repeats key material, signatures or the bytes of a token.

use crate::base64url::Base64UrlError;
use crate::json::JsonError;

/// The name is not one of the [`Algorithm`](crate::Algorithm)s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a signature algorithm of this provider")]
pub struct UnknownAlgorithm;

/// The name is not one of the [`KeyType`](crate::KeyType)s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a key type: expected RSA:2048, RSA:3072, ECC:p256, ECC:p384, ECC:p521 or OKP:ed25519")]
pub struct UnknownKeyType;

/// Why a JWK is refused (RFC 7517, RFC 7518 §6). Safe to tell the peer: it names members, never their values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwkError {
    /// The value is not a JSON object.
    #[error("a JWK is a JSON object")]
    NotAnObject,
    /// A member that this `kty` needs is not there.
    #[error("JWK member `{member}` is missing")]
    Missing {
        /// The member's name.
        member: &'static str,
    },
    /// A member is there, but cannot be what it says.
    #[error("JWK member `{member}` {reason}")]
    Invalid {
        /// The member's name.
        member: &'static str,
        /// Completes the sentence "member …".
        reason: &'static str,
    },
    /// A member of a private or symmetric key: the sender has just disclosed it, so it must not be used at all.
    #[error("JWK member `{member}` is part of a private key; send the public key only")]
    Private {
        /// The member's name.
        member: &'static str,
    },
}

impl JwkError {
    pub(crate) const fn invalid(member: &'static str, reason: &'static str) -> Self {
        Self::Invalid { member, reason }
    }

    /// The member that is to blame, if it is one.
    #[must_use]
    pub const fn member(&self) -> Option<&'static str> {
        match self {
            Self::NotAnObject => None,
            Self::Missing { member } | Self::Invalid { member, .. } | Self::Private { member } => {
                Some(member)
            }
        }
    }
}

/// Why a JWK Set is refused (RFC 7517 §5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwkSetError {
    /// The value is not an object with an array `keys`.
    #[error("a JWK Set is a JSON object with an array `keys`")]
    NotASet,
    /// More keys than anyone needs; each costs a curve or modulus check.
    #[error("a JWK Set has at most {max} keys")]
    TooMany {
        /// The limit.
        max: usize,
    },
    /// Two keys share one `kid`, so the `kid` of a token would not name one key.
    #[error("two keys of the JWK Set have the same `kid`")]
    DuplicateKid,
    /// One of the keys is refused.
    #[error("key {index} of the JWK Set: {source}")]
    Key {
        /// Position in `keys`, from 0.
        index: usize,
        /// Why.
        source: JwkError,
    },
}

/// Why a private key cannot be made or read. Never carries a byte of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PrivateKeyError {
    /// The text is not one PEM block of a private key.
    #[error("not a PEM private key")]
    Pem,
    /// The PEM block is encrypted; this crate asks for no passphrases.
    #[error("the private key is encrypted; decrypt it first")]
    Encrypted,
    /// The block is a key of a kind that is not in the closed set (a TPM blob, DSA, another curve).
    #[error("not an RSA, P-256, P-384, P-521 or Ed25519 private key")]
    Unsupported,
    /// The DER structure or the numbers in it do not make a key.
    #[error("the private key is malformed or inconsistent")]
    Malformed,
    /// The public half breaks a rule, for example an RSA modulus that is too short.
    #[error("the key is refused: {0}")]
    Refused(#[from] JwkError),
    /// The cryptographic library could not make a key.
    #[error("the key could not be generated")]
    Generate,
}

/// Why a signature is not accepted or not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The key is of another kind, names another `alg`, or must not verify (`use`, `key_ops`).
    #[error("the key may not be used with this algorithm")]
    KeyRefused,
    /// The signature is not that of this key over this input.
    #[error("the signature does not verify")]
    Invalid,
    /// The cryptographic library could not sign.
    #[error("the input could not be signed")]
    Signing,
}

/// Why a JWS is refused (RFC 7515 §5.2), or not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JwsError {
    /// Longer than [`MAX_COMPACT_LEN`](crate::MAX_COMPACT_LEN): refused before anything is decoded.
    #[error("the token is longer than 64 KiB")]
    TooLarge,
    /// Not three parts with two dots: two parts are unsecured, five are a JWE, JSON serializations have braces.
    #[error("not a JWS in compact serialization")]
    NotCompact,
    /// A part is not strict base64url.
    #[error("the {part} of the token is not base64url: {source}")]
    Base64 {
        /// `header`, `payload` or `signature`.
        part: &'static str,
        /// What is wrong with it.
        source: Base64UrlError,
    },
    /// The third part is empty: an unsecured JWS (RFC 8725 §3.2).
    #[error("the token has no signature")]
    Unsigned,
    /// The header is not a JSON object that two readers would understand alike.
    #[error("the header of the token {0}")]
    Header(JsonError),
    /// A header member has the wrong type, or `alg` is missing.
    #[error("header member `{member}` must be a non-empty string")]
    HeaderMember {
        /// The member's name.
        member: &'static str,
    },
    /// A header member that changes what is signed or must be understood, and is not supported here.
    #[error("header member `{member}` is not supported")]
    HeaderRefused {
        /// `crit`, `b64`, `zip`, or `alg` when the caller of `sign` tries to set it.
        member: &'static str,
    },
    /// The header's `alg` is not the algorithm that the caller expects.
    #[error("the token is not signed with the expected algorithm")]
    AlgorithmMismatch,
    /// The key does not vouch for the token.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// The payload is not a JSON object that two readers would understand alike.
    #[error("the claims of the token {0}")]
    Claims(JsonError),
    /// The payload is an object, but a claim is missing or has the wrong type. Names the missing claim, quotes none.
    #[error("the claims of the token do not have the expected form: {0}")]
    ClaimsForm(String),
    /// The header or the claims to sign are not JSON objects.
    #[error("the header or the claims cannot be written as a JSON object")]
    Serialize,
}
