//! The two keys of the vectors, both published as examples and therefore good for nothing else, and signatures by them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign_jose::{Algorithm, PrivateKey, PublicKey, base64url, public_pem};
use countersign_testkit::der_signature;
use serde::{Deserialize, Serialize};

/// A P-256 key as private JWK (RFC 7518 §6.2) and its public half as PEM.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FixedKey {
    pub(super) origin: String,
    pub(super) jwk: FixedJwk,
    pub(super) public_key_pem: String,
}

#[derive(Serialize, Deserialize)]
pub(super) struct FixedJwk {
    kty: String,
    crv: String,
    x: String,
    y: String,
    d: String,
}

impl FixedKey {
    /// The phone's key: that of RFC 7515, Appendix A.3.
    pub(super) fn of_the_phone() -> Self {
        Self::new(
            "RFC 7515, Appendix A.3.1",
            [
                "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
                "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
            ],
        )
    }

    /// The issuer's key: that of RFC 7517, Appendix A.2.
    pub(super) fn of_the_issuer() -> Self {
        Self::new(
            "RFC 7517, Appendix A.2",
            [
                "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
                "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
                "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE",
            ],
        )
    }

    fn new(origin: &str, [x, y, d]: [&str; 3]) -> Self {
        let jwk = FixedJwk {
            kty: "EC".to_owned(),
            crv: "P-256".to_owned(),
            x: x.to_owned(),
            y: y.to_owned(),
            d: d.to_owned(),
        };
        Self {
            origin: origin.to_owned(),
            public_key_pem: public_pem(jwk.private().public()),
            jwk,
        }
    }

    pub(super) fn private(&self) -> PrivateKey {
        self.jwk.private()
    }

    pub(super) fn public(&self) -> PublicKey {
        self.private().public().clone()
    }
}

impl FixedJwk {
    /// PKCS#8 (RFC 5958) around the three numbers.
    fn private(&self) -> PrivateKey {
        let number = |text: &str| base64url::decode(text).unwrap();
        let before_d =
            b"\x30\x81\x87\x02\x01\x00\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\
            \x3d\x03\x01\x07\x04\x6d\x30\x6b\x02\x01\x01\x04\x20";
        let before_x = b"\xa1\x44\x03\x42\x00\x04";
        let der = [
            before_d.as_slice(),
            &number(&self.d),
            before_x,
            &number(&self.x),
            &number(&self.y),
        ]
        .concat();
        PrivateKey::from_pkcs8(&der).unwrap()
    }
}

/// A signature in the two forms in which phones send it.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Signature {
    /// r‖s, base64url.
    pub(super) raw: String,
    /// The same numbers as DER (RFC 3279 §2.2.3), base64.
    pub(super) der: String,
}

impl Signature {
    /// The recorded signature if it is one over the message, else a new one.
    pub(super) fn kept_or_made(recorded: Option<&Self>, key: &FixedKey, message: &str) -> Self {
        let good = |recorded: &&Self| verifies(&key.public(), message, &recorded.raw_bytes());
        recorded.filter(good).cloned().unwrap_or_else(|| {
            let raw = key.private().sign(Algorithm::Es256, message.as_bytes()).unwrap();
            Self {
                der: STANDARD.encode(der_signature(&raw)),
                raw: base64url::encode(&raw),
            }
        })
    }

    pub(super) fn raw_bytes(&self) -> Vec<u8> {
        base64url::decode(&self.raw).unwrap()
    }

    pub(super) fn der_bytes(&self) -> Vec<u8> {
        STANDARD.decode(&self.der).unwrap()
    }
}

/// Whether a signature r‖s verifies.
pub(super) fn verifies(key: &PublicKey, message: &str, raw: &[u8]) -> bool {
    key.verify(Algorithm::Es256, message.as_bytes(), raw).is_ok()
}
