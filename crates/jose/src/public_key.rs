use std::fmt;
use std::sync::Arc;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{
    ECDSA_P384_SHA256_ASN1, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
};

use crate::jwk::{Curve, KeyMaterial};
use crate::{Algorithm, Jwk, JwkError, KeyType, SignatureError, der};

/// A public key that is ready to verify: parsed once, cheap to clone, shared between threads.
#[derive(Clone)]
pub struct PublicKey(Arc<Inner>);

struct Inner {
    jwk: Jwk,
    verifier: Verifier,
    spki: Vec<u8>,
}

/// The key in the forms of the library. One per encoding and hash, because the library binds both to the key.
enum Verifier {
    Rsa {
        pkcs1: ParsedPublicKey,
        pss: ParsedPublicKey,
    },
    Ec {
        curve: Curve,
        raw: ParsedPublicKey,
        asn1: ParsedPublicKey,
        asn1_sha256: Option<ParsedPublicKey>,
    },
    Ed25519(ParsedPublicKey),
}

impl PublicKey {
    /// Prepares the key of a JWK for verification.
    ///
    /// # Errors
    /// [`JwkError`] if the library does not take the numbers; [`Jwk::parse`] has checked them, so this is rare.
    pub fn from_jwk(jwk: &Jwk) -> Result<Self, JwkError> {
        let verifier =
            Verifier::new(jwk.material()).ok_or(JwkError::invalid("kty", "is not a usable key"))?;
        let spki = verifier
            .spki()
            .ok_or(JwkError::invalid("kty", "is not a usable key"))?;
        Ok(Self(Arc::new(Inner {
            jwk: jwk.clone(),
            verifier,
            spki,
        })))
    }

    /// The key as JWK.
    #[must_use]
    pub fn jwk(&self) -> &Jwk {
        &self.0.jwk
    }

    /// The kind of key. An RSA modulus between the two sizes counts as the smaller one, a larger one as
    /// [`KeyType::Rsa3072`].
    #[must_use]
    pub fn key_type(&self) -> KeyType {
        self.0.jwk.material().key_type()
    }

    /// The algorithm to use when nothing else decides: the `alg` of the JWK, else RS256 for RSA, the curve's own
    /// for EC and `EdDSA` for Ed25519.
    #[must_use]
    pub fn natural_algorithm(&self) -> Algorithm {
        self.0
            .jwk
            .alg()
            .unwrap_or_else(|| self.0.jwk.material().natural_algorithm())
    }

    /// Whether [`verify`](Self::verify) can succeed with this algorithm: kind, `alg`, `use` and `key_ops` allow it.
    #[must_use]
    pub fn supports(&self, algorithm: Algorithm) -> bool {
        self.0.jwk.may_verify() && self.0.jwk.fits(algorithm)
    }

    /// The `SubjectPublicKeyInfo` in DER (RFC 5280 §4.1.2.7).
    #[must_use]
    pub fn spki_der(&self) -> &[u8] {
        &self.0.spki
    }

    /// The uncompressed point of an EC key (SEC 1 §2.3.3), the form in which Web Push writes keys (RFC 8292 §3.2);
    /// `None` for other kinds.
    #[must_use]
    pub fn point(&self) -> Option<Vec<u8>> {
        let material = self.0.jwk.material();
        matches!(material, KeyMaterial::Ec { .. }).then(|| material.point())
    }

    /// Verifies a signature in its JOSE encoding (RFC 7518 §3, RFC 8037 §3.1): ECDSA is r‖s at exact length.
    ///
    /// # Errors
    /// [`SignatureError::KeyRefused`] if the key does not [support](Self::supports) the algorithm,
    /// [`SignatureError::Invalid`] if the signature is not that of this key.
    pub fn verify(
        &self,
        algorithm: Algorithm,
        signing_input: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureError> {
        if !self.supports(algorithm) {
            return Err(SignatureError::KeyRefused);
        }
        let key = match (&self.0.verifier, algorithm) {
            (Verifier::Rsa { pkcs1, .. }, Algorithm::Rs256) => pkcs1,
            (Verifier::Rsa { pss, .. }, Algorithm::Ps256) => pss,
            (Verifier::Ec { raw, .. }, Algorithm::Es256 | Algorithm::Es384 | Algorithm::Es512) => raw,
            (Verifier::Ed25519(key), Algorithm::EdDsa) => key,
            _ => return Err(SignatureError::KeyRefused),
        };
        check(key, signing_input, signature)
    }

    /// Verifies a signature of a deployed device (onesid.md §4): the kind of the registered key decides everything.
    ///
    /// RSA is PKCS#1 v1.5 with SHA-256. EC is r‖s if the length is exactly that, else DER, as TPMs write it; P-384
    /// is tried with SHA-384 and then with SHA-256, which TPM devices use by mistake. Accepting these is safe:
    /// nothing in the token selects key, curve or padding.
    ///
    /// # Errors
    /// [`SignatureError::KeyRefused`] for an Ed25519 key or one whose `alg`, `use` or `key_ops` forbid it,
    /// [`SignatureError::Invalid`] if the signature is not that of this key.
    pub fn verify_onesid(&self, signing_input: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
        if !self.supports(self.0.jwk.material().natural_algorithm()) {
            return Err(SignatureError::KeyRefused);
        }
        match &self.0.verifier {
            Verifier::Rsa { pkcs1, .. } => check(pkcs1, signing_input, signature),
            Verifier::Ec {
                curve,
                raw,
                asn1,
                asn1_sha256,
            } => {
                let is_raw = signature.len() == 2 * curve.coordinate_len();
                let first = check(if is_raw { raw } else { asn1 }, signing_input, signature);
                match asn1_sha256 {
                    Some(key) if first.is_err() => check_sha256(key, is_raw, signing_input, signature),
                    _ => first,
                }
            }
            Verifier::Ed25519(_) => Err(SignatureError::KeyRefused),
        }
    }
}

impl Verifier {
    fn new(material: &KeyMaterial) -> Option<Self> {
        match material {
            KeyMaterial::Rsa { n, e } => {
                let key = PublicKeyComponents { n, e };
                let pkcs1 = key.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256).ok()?;
                let pss = key.to_parsed_public_key(&RSA_PSS_2048_8192_SHA256).ok()?;
                Some(Self::Rsa { pkcs1, pss })
            }
            KeyMaterial::Ec { curve, .. } => {
                let point = material.point();
                let raw = ParsedPublicKey::new(curve.fixed(), &point).ok()?;
                let asn1 = ParsedPublicKey::new(curve.asn1(), &point).ok()?;
                let asn1_sha256 = match curve {
                    Curve::P384 => Some(ParsedPublicKey::new(&ECDSA_P384_SHA256_ASN1, &point).ok()?),
                    Curve::P256 | Curve::P521 => None,
                };
                Some(Self::Ec {
                    curve: *curve,
                    raw,
                    asn1,
                    asn1_sha256,
                })
            }
            KeyMaterial::Ed25519 { x } => ParsedPublicKey::new(&ED25519, x).ok().map(Self::Ed25519),
        }
    }

    fn spki(&self) -> Option<Vec<u8>> {
        let (Self::Rsa { pkcs1: key, .. } | Self::Ec { raw: key, .. } | Self::Ed25519(key)) = self;
        key.as_der().ok().map(|der| der.as_ref().to_vec())
    }
}

fn check(key: &ParsedPublicKey, signing_input: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
    key.verify_sig(signing_input, signature)
        .map_err(|_| SignatureError::Invalid)
}

fn check_sha256(
    key: &ParsedPublicKey,
    is_raw: bool,
    signing_input: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    if !is_raw {
        return check(key, signing_input, signature);
    }
    let asn1 = der::ecdsa_sig_value(signature).map_err(|_| SignatureError::Invalid)?;
    check(key, signing_input, &asn1)
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PublicKey").field(&self.0.jwk).finish()
    }
}
