use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{EcdsaKeyPair, Ed25519KeyPair, RsaKeyPair};

use super::PrivateKey;
use crate::jwk::Curve;
use crate::{KeyType, PrivateKeyError};

pub(super) fn generate(kind: KeyType) -> Result<PrivateKey, PrivateKeyError> {
    match kind {
        KeyType::Rsa2048 => rsa(KeySize::Rsa2048),
        KeyType::Rsa3072 => rsa(KeySize::Rsa3072),
        KeyType::P256 => ec(Curve::P256),
        KeyType::P384 => ec(Curve::P384),
        KeyType::P521 => ec(Curve::P521),
        KeyType::Ed25519 => {
            PrivateKey::from_ed25519(Ed25519KeyPair::generate().map_err(|_| PrivateKeyError::Generate)?)
        }
    }
}

fn rsa(size: KeySize) -> Result<PrivateKey, PrivateKeyError> {
    PrivateKey::from_rsa(RsaKeyPair::generate(size).map_err(|_| PrivateKeyError::Generate)?)
}

fn ec(curve: Curve) -> Result<PrivateKey, PrivateKeyError> {
    let pair = EcdsaKeyPair::generate(curve.signing()).map_err(|_| PrivateKeyError::Generate)?;
    PrivateKey::from_ec(curve, pair)
}
