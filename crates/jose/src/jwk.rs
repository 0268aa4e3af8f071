//! Public keys as JSON Web Keys (RFC 7517, RFC 7518 §6, RFC 8037 §2), in one canonical form.

mod curve;
mod material;
mod parse;
mod roca;
mod small_order;
mod write;

use std::fmt;

pub(crate) use curve::Curve;
pub(crate) use material::KeyMaterial;

use crate::{Algorithm, JwkError, base64url, hash};

/// A public key in canonical form: coordinates at full length, no private members, a known `alg` or none.
///
/// [`Jwk::parse`] is the only door, so a `Jwk` that exists is a key of the closed set and on its curve.
#[derive(Clone, PartialEq, Eq)]
pub struct Jwk {
    material: KeyMaterial,
    kid: Option<String>,
    use_: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<Algorithm>,
}

impl Jwk {
    /// Reads one JWK. Short EC coordinates are padded and `alg: "ES521"` is read as ES512, because deployed
    /// devices send both (onesid.md §2).
    ///
    /// Unknown members are dropped (RFC 7517 §4). The check that no member stands twice belongs to
    /// [`json::parse_object`](crate::json::parse_object), which reads the text.
    ///
    /// # Errors
    /// [`JwkError`] names the member to blame: private members, a `kty`, `crv` or `alg` outside the closed set, an
    /// `alg` that does not fit the key, RSA outside 2048 to 4096 bits, `e` even or below 65537, a ROCA modulus,
    /// coordinates of a wrong length, off the curve or of small order, oversize members.
    pub fn parse(value: &serde_json::Value) -> Result<Self, JwkError> {
        parse::parse(value)
    }

    pub(crate) fn from_material(material: KeyMaterial) -> Result<Self, JwkError> {
        material.check()?;
        Ok(Self {
            material,
            kid: None,
            use_: None,
            key_ops: None,
            alg: None,
        })
    }

    pub(crate) const fn material(&self) -> &KeyMaterial {
        &self.material
    }

    /// The key id (RFC 7517 §4.5).
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The intended use, `sig` or another text (RFC 7517 §4.2).
    #[must_use]
    pub fn use_(&self) -> Option<&str> {
        self.use_.as_deref()
    }

    /// The permitted operations (RFC 7517 §4.3).
    #[must_use]
    pub fn key_ops(&self) -> Option<&[String]> {
        self.key_ops.as_deref()
    }

    /// The one algorithm that the key is meant for (RFC 7517 §4.4).
    #[must_use]
    pub const fn alg(&self) -> Option<Algorithm> {
        self.alg
    }

    /// The key type: `RSA`, `EC` or `OKP` (RFC 7517 §4.1).
    #[must_use]
    pub const fn kty(&self) -> &'static str {
        self.material.kty()
    }

    /// Whether `use` and `key_ops` permit to verify signatures (RFC 7517 §4.2, §4.3).
    #[must_use]
    pub fn may_verify(&self) -> bool {
        self.use_.as_deref().is_none_or(|purpose| purpose == "sig")
            && self
                .key_ops
                .as_ref()
                .is_none_or(|ops| ops.iter().any(|op| op == "verify"))
    }

    /// Whether the key may be used with `algorithm`: its kind fits, and its own `alg`, if any, is the same.
    #[must_use]
    pub fn fits(&self, algorithm: Algorithm) -> bool {
        self.material.fits(algorithm) && self.alg.is_none_or(|own| own == algorithm)
    }

    /// The thumbprint: base64url of the SHA-256 over the required members (RFC 7638 §3). 43 characters.
    #[must_use]
    pub fn thumbprint(&self) -> String {
        base64url::encode(&hash::sha256(self.material.thumbprint_input().as_bytes()))
    }

    /// The same key with this `kid`.
    #[must_use]
    pub fn with_kid(self, kid: String) -> Self {
        Self {
            kid: Some(kid),
            ..self
        }
    }

    /// The same key with this `alg`; an `alg` that does not fit the key makes it verify nothing.
    #[must_use]
    pub fn with_alg(self, algorithm: Algorithm) -> Self {
        Self {
            alg: Some(algorithm),
            ..self
        }
    }

    /// The same key with `use: sig`.
    #[must_use]
    pub fn with_use_sig(self) -> Self {
        Self {
            use_: Some("sig".to_owned()),
            ..self
        }
    }
}

impl fmt::Debug for Jwk {
    /// Short enough for a log line: the thumbprint names the key as well as its numbers do.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jwk")
            .field("kty", &self.kty())
            .field("kid", &self.kid)
            .field("alg", &self.alg)
            .field("thumbprint", &self.thumbprint())
            .finish_non_exhaustive()
    }
}
