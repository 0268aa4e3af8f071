//! Keys, signatures and tokens of Countersign: a closed set of algorithms on aws-lc-rs, where verification
//! returns the only value from which the next step can be built.
//!
//! **Used.** JWS compact serialization (RFC 7515) with RS256, PS256, ES256, ES384, ES512 and `EdDSA` on Ed25519
//! (RFC 7518, RFC 8037); public JWKs and their thumbprints (RFC 7517, RFC 7638); PKCS#1, PKCS#8, SEC 1 and SPKI
//! PEM; AES-256-GCM for what is kept at rest; the encryption of Web Push (RFC 8291); SHA-256, HMAC, HKDF; the
//! canonical JSON of RFC 8785.
//!
//! **Refused.** HMAC signatures and `none` are not variants of [`Algorithm`], so no code path can be talked into
//! them and a public key can never be used as an HMAC secret (RFC 8725 §2.1). A token does not choose its key or
//! its algorithm: the caller names both, and `jwk`, `jku`, `x5u` and `x5c` in a header are inert text.
//! `crit`, `b64` and `zip` are refused because a verifier that ignores them signs off on another message than
//! the signer meant. RSA below 2048 bits, `e` below 65537, points off the curve and moduli with the ROCA
//! fingerprint are not keys. Base64url with padding, whitespace or loose trailing bits, and JSON with two
//! members of one name, are refused because two readers could see two different tokens.
//!
//! **Types say what has happened.** [`UnverifiedJws`] is what somebody claims; [`VerifiedJws`] is what a key
//! vouches for, and nothing but a verification makes one.
//!
//! **Not this crate's business.** `exp`, `nbf`, `iat`, `aud`, `iss` and `jti`: this crate has no clock and knows no
//! peers. The caller compares the claims of a [`VerifiedJws`] with its own clock and expectations.
//!
//! The one exception to strictness has its own name: [`UnverifiedJws::verify_onesid`] serves deployed clients whose
//! header label is wrong, and lets the registered key decide instead of the label.
//!
//! ```
//! use countersign_jose::{Algorithm, KeyType, PrivateKey, UnverifiedJws, sign};
//! use serde_json::{Value, json};
//!
//! let key = PrivateKey::generate(KeyType::P256)?;
//! let token = sign(&key, Algorithm::Es256, &json!({"typ": "JWT"}), &json!({"iss": "client"}))?;
//!
//! let claimed = UnverifiedJws::parse(&token)?;
//! let verified = claimed.verify(key.public(), Algorithm::Es256)?;
//! assert_eq!(verified.claims::<Value>()?["iss"], "client");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod aead;
pub mod base64url;
pub mod ece;
pub mod hash;
pub mod jcs;
pub mod json;

mod algorithm;
mod der;
mod error;
mod jwk;
mod jwk_set;
mod jws;
mod key_type;
mod pem;
mod private_key;
mod public_key;

pub use algorithm::Algorithm;
pub use error::{
    JwkError, JwkSetError, JwsError, PrivateKeyError, SignatureError, UnknownAlgorithm, UnknownKeyType,
};
pub use jwk::Jwk;
pub use jwk_set::JwkSet;
pub use jws::{Header, MAX_COMPACT_LEN, UnverifiedJws, VerifiedJws, sign, sign_with};
pub use key_type::KeyType;
pub use pem::public_pem;
pub use private_key::PrivateKey;
pub use public_key::PublicKey;
