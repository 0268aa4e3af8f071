//! Public keys as phones and certificates carry them: `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7).

use countersign_jose::{Jwk, PublicKey, base64url};
use serde_json::{Value, json};
use x509_parser::prelude::FromDer as _;
use x509_parser::public_key::{ECPoint, PublicKey as Parsed, RSAPublicKey};
use x509_parser::x509::SubjectPublicKeyInfo;

/// The longest text of a key that is read, in bytes: RSA with 8192 bits needs about 1.5 KiB.
const MAX_PEM: usize = 8 * 1024;

/// Curves by their object identifiers (RFC 5480 §2.1.1.1), with the length of a coordinate.
const CURVES: [(&str, &str, usize); 3] = [
    ("1.2.840.10045.3.1.7", "P-256", 32),
    ("1.3.132.0.34", "P-384", 48),
    ("1.3.132.0.35", "P-521", 66),
];

/// Reads the one `PUBLIC KEY` block of a PEM text (RFC 7468 §13). `None` for any other text, and for a key that is none.
#[must_use]
pub fn from_pem(text: &str) -> Option<PublicKey> {
    if text.len() > MAX_PEM {
        return None;
    }
    let (rest, block) = x509_parser::pem::parse_x509_pem(text.as_bytes()).ok()?;
    let alone = rest.iter().all(u8::is_ascii_whitespace);
    (alone && block.label == "PUBLIC KEY")
        .then(|| from_der(&block.contents))
        .flatten()
}

/// Reads a `SubjectPublicKeyInfo`; `None` when it is none, or a key of another kind than RSA and the three curves.
#[must_use]
pub fn from_der(der: &[u8]) -> Option<PublicKey> {
    let (rest, info) = SubjectPublicKeyInfo::from_der(der).ok()?;
    rest.is_empty().then(|| from_parsed(&info)).flatten()
}

/// The key of a parsed `SubjectPublicKeyInfo`.
#[must_use]
pub fn from_parsed(info: &SubjectPublicKeyInfo<'_>) -> Option<PublicKey> {
    let jwk = match info.parsed().ok()? {
        Parsed::EC(point) => ec(info, &point)?,
        Parsed::RSA(key) => rsa(&key),
        _ => return None,
    };
    // The library checks the numbers: a point off its curve is no key.
    PublicKey::from_jwk(&Jwk::parse(&jwk).ok()?).ok()
}

fn ec(info: &SubjectPublicKeyInfo<'_>, point: &ECPoint<'_>) -> Option<Value> {
    let curve = info.algorithm.parameters.as_ref()?.as_oid().ok()?.to_id_string();
    let (_, name, length) = CURVES.iter().find(|(id, ..)| *id == curve)?;
    // RFC 5480 §2.2: uncompressed, 0x04 and both coordinates.
    let coordinates = point.data().strip_prefix(&[4])?;
    let (x, y) = coordinates.split_at_checked(*length)?;
    (y.len() == *length)
        .then(|| json!({ "kty": "EC", "crv": name, "x": base64url::encode(x), "y": base64url::encode(y) }))
}

fn rsa(key: &RSAPublicKey<'_>) -> Value {
    // DER puts a zero before a number whose first bit is set; a JWK has none (RFC 7518 §6.3.1.1).
    let number = |bytes: &[u8]| {
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        base64url::encode(bytes.get(zeros..).unwrap_or_default())
    };
    json!({ "kty": "RSA", "n": number(key.modulus), "e": number(key.exponent) })
}

#[cfg(test)]
mod tests {
    use super::{from_der, from_pem};
    use countersign_jose::{KeyType, PrivateKey, public_pem};

    #[test]
    fn a_key_is_read_back_from_what_it_was_written_as() {
        for kind in [KeyType::P256, KeyType::P384, KeyType::P521, KeyType::Rsa2048] {
            let key = PrivateKey::generate(kind).unwrap();
            let read = from_pem(&public_pem(key.public())).unwrap();
            assert_eq!(read.jwk().thumbprint(), key.public().jwk().thumbprint());
            assert!(from_der(key.public().spki_der()).is_some());
        }
    }

    #[test]
    fn what_is_no_public_key_is_refused() {
        let key = PrivateKey::generate(KeyType::P256).unwrap();
        let pem = public_pem(key.public());
        let mut off_curve = key.public().spki_der().to_vec();
        if let Some(last) = off_curve.last_mut() {
            *last ^= 1;
        }
        let longer = [key.public().spki_der(), &[0]].concat();
        assert!(from_der(&off_curve).is_none() && from_der(&longer).is_none());
        let ed25519 = PrivateKey::generate(KeyType::Ed25519).unwrap();
        for wrong in [
            String::new(),
            key.to_pem().to_string(),
            pem.replace("PUBLIC KEY", "CERTIFICATE"),
            format!("{pem}{pem}"),
            pem.replace("-----END", "----END"),
            public_pem(ed25519.public()),
            format!("{pem}{}", " ".repeat(9000)),
        ] {
            assert!(from_pem(&wrong).is_none(), "{wrong}");
        }
    }
}
