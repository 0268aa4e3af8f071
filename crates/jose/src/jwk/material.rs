use aws_lc_rs::signature::ParsedPublicKey;

use super::{Curve, roca, small_order};
use crate::{Algorithm, JwkError, KeyType, base64url};

/// Smallest RSA modulus in bits (RFC 7518 §3.3).
pub(crate) const MIN_MODULUS_BITS: usize = 2048;
/// Largest RSA modulus in bits: verification time grows with its square, and the sender chooses it.
pub(crate) const MAX_MODULUS_BITS: usize = 4096;
/// Smallest RSA exponent: small ones turn padding mistakes into forgeries (NIST SP 800-56B §6.2).
const MIN_EXPONENT: u64 = 65537;

/// The numbers that are the key.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum KeyMaterial {
    /// Big-endian, no leading zeros.
    Rsa { n: Vec<u8>, e: Vec<u8> },
    /// Big-endian, full coordinate length.
    Ec { curve: Curve, x: Vec<u8>, y: Vec<u8> },
    /// The encoded point (RFC 8032 §5.1.2).
    Ed25519 { x: [u8; 32] },
}

impl KeyMaterial {
    /// Checks that the numbers make a key, whoever brings them.
    pub(super) fn check(&self) -> Result<(), JwkError> {
        match self {
            Self::Rsa { n, e } => check_modulus(n).and_then(|()| check_exponent(e)),
            Self::Ec { curve, .. } => ParsedPublicKey::new(curve.fixed(), self.point())
                .map(drop)
                .map_err(|_| JwkError::invalid("x", "and `y` are no point on the curve")),
            Self::Ed25519 { x } if small_order::contains(x) => {
                Err(JwkError::invalid("x", "is a point of small order"))
            }
            Self::Ed25519 { .. } => Ok(()),
        }
    }

    /// The uncompressed point 04‖x‖y of an EC key (SEC 1 §2.3.3), or the bytes of an Ed25519 key.
    pub(crate) fn point(&self) -> Vec<u8> {
        match self {
            Self::Rsa { .. } => Vec::new(),
            Self::Ec { x, y, .. } => [[4].as_slice(), x, y].concat(),
            Self::Ed25519 { x } => x.to_vec(),
        }
    }

    pub(super) const fn kty(&self) -> &'static str {
        match self {
            Self::Rsa { .. } => "RSA",
            Self::Ec { .. } => "EC",
            Self::Ed25519 { .. } => "OKP",
        }
    }

    pub(crate) fn key_type(&self) -> KeyType {
        match self {
            Self::Rsa { n, .. } if bit_length(n) >= 3072 => KeyType::Rsa3072,
            Self::Rsa { .. } => KeyType::Rsa2048,
            Self::Ec { curve, .. } => curve.key_type(),
            Self::Ed25519 { .. } => KeyType::Ed25519,
        }
    }

    pub(crate) const fn natural_algorithm(&self) -> Algorithm {
        match self {
            Self::Rsa { .. } => Algorithm::Rs256,
            Self::Ec { curve, .. } => curve.algorithm(),
            Self::Ed25519 { .. } => Algorithm::EdDsa,
        }
    }

    pub(super) fn fits(&self, algorithm: Algorithm) -> bool {
        match self {
            Self::Rsa { .. } => matches!(algorithm, Algorithm::Rs256 | Algorithm::Ps256),
            Self::Ec { .. } | Self::Ed25519 { .. } => algorithm == self.natural_algorithm(),
        }
    }

    /// The required members without whitespace in lexicographic order (RFC 7638 §3.2, RFC 8037 §2). Base64url and
    /// curve names need no escaping.
    pub(super) fn thumbprint_input(&self) -> String {
        match self {
            Self::Rsa { n, e } => {
                format!(
                    r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#,
                    base64url::encode(e),
                    base64url::encode(n)
                )
            }
            Self::Ec { curve, x, y } => format!(
                r#"{{"crv":"{}","kty":"EC","x":"{}","y":"{}"}}"#,
                curve.crv(),
                base64url::encode(x),
                base64url::encode(y)
            ),
            Self::Ed25519 { x } => {
                format!(
                    r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#,
                    base64url::encode(x)
                )
            }
        }
    }
}

fn check_modulus(n: &[u8]) -> Result<(), JwkError> {
    let bits = bit_length(n);
    if bits < MIN_MODULUS_BITS {
        return Err(JwkError::invalid("n", "has fewer than 2048 bits"));
    }
    if bits > MAX_MODULUS_BITS {
        return Err(JwkError::invalid("n", "has more than 4096 bits"));
    }
    if n.last().is_none_or(|low| low % 2 == 0) {
        return Err(JwkError::invalid("n", "is even"));
    }
    if roca::is_suspect(n) {
        return Err(JwkError::invalid(
            "n",
            "has the fingerprint of a ROCA key (CVE-2017-15361)",
        ));
    }
    Ok(())
}

fn check_exponent(e: &[u8]) -> Result<(), JwkError> {
    if e.len() > 4 {
        return Err(JwkError::invalid("e", "has more than 32 bits"));
    }
    let value = e.iter().fold(0, |value: u64, byte| value << 8 | u64::from(*byte));
    if value < MIN_EXPONENT || value % 2 == 0 {
        return Err(JwkError::invalid("e", "is even or below 65537"));
    }
    Ok(())
}

/// Bits of a big-endian number without leading zero bytes.
pub(crate) fn bit_length(number: &[u8]) -> usize {
    let top = number.first().map_or(0, |byte| byte.leading_zeros() as usize);
    number.len() * 8 - top
}
