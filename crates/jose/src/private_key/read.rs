use std::sync::Arc;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::signature::{EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaKeyPair};
use pkcs8::{ObjectIdentifier, PrivateKeyInfoRef};
use zeroize::Zeroizing;

use super::{Inner, PrivateKey, Signer};
use crate::jwk::{Curve, KeyMaterial};
use crate::{Jwk, PrivateKeyError, PublicKey, der, pem};

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

pub(super) fn from_pem(text: &str) -> Result<PrivateKey, PrivateKeyError> {
    let block = pem::private_key_block(text)?;
    match block.label {
        "PRIVATE KEY" => from_pkcs8(&block.der),
        "RSA PRIVATE KEY" => {
            PrivateKey::from_rsa(RsaKeyPair::from_der(&block.der).map_err(|_| PrivateKeyError::Malformed)?)
        }
        "EC PRIVATE KEY" => from_sec1(&block.der),
        "ENCRYPTED PRIVATE KEY" => Err(PrivateKeyError::Encrypted),
        _ => Err(PrivateKeyError::Unsupported),
    }
}

/// Reads the algorithm first, so that each library parser sees only keys that are meant for it.
pub(super) fn from_pkcs8(bytes: &[u8]) -> Result<PrivateKey, PrivateKeyError> {
    let info = PrivateKeyInfoRef::try_from(bytes).map_err(|_| PrivateKeyError::Malformed)?;
    let malformed = |_| PrivateKeyError::Malformed;
    match info.algorithm.oid {
        RSA => PrivateKey::from_rsa(RsaKeyPair::from_pkcs8(bytes).map_err(malformed)?),
        EC => {
            let oid = info
                .algorithm
                .parameters_oid()
                .map_err(|_| PrivateKeyError::Malformed)?;
            let curve = Curve::from_oid(oid).ok_or(PrivateKeyError::Unsupported)?;
            let pair = EcdsaKeyPair::from_pkcs8(curve.signing(), bytes).map_err(malformed)?;
            PrivateKey::from_ec(curve, pair)
        }
        ED25519 => PrivateKey::from_ed25519(Ed25519KeyPair::from_pkcs8(bytes).map_err(malformed)?),
        _ => Err(PrivateKeyError::Unsupported),
    }
}

fn from_sec1(bytes: &[u8]) -> Result<PrivateKey, PrivateKeyError> {
    let oid = der::sec1_curve(bytes).map_err(|_| PrivateKeyError::Malformed)?;
    let curve = oid
        .and_then(Curve::from_oid)
        .ok_or(PrivateKeyError::Unsupported)?;
    let pair =
        EcdsaKeyPair::from_private_key_der(curve.signing(), bytes).map_err(|_| PrivateKeyError::Malformed)?;
    PrivateKey::from_ec(curve, pair)
}

impl PrivateKey {
    pub(super) fn from_rsa(pair: RsaKeyPair) -> Result<Self, PrivateKeyError> {
        let (n, e) =
            der::rsa_public_key(pair.public_key().as_ref()).map_err(|_| PrivateKeyError::Malformed)?;
        let encoded = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).map_err(|_| PrivateKeyError::Malformed)?;
        let pkcs8 = Zeroizing::new(encoded.as_ref().to_vec());
        let info = PrivateKeyInfoRef::try_from(pkcs8.as_slice()).map_err(|_| PrivateKeyError::Malformed)?;
        let pkcs1 = Zeroizing::new(info.private_key.as_bytes().to_vec());
        Self::assemble(
            KeyMaterial::Rsa { n, e },
            Signer::Rsa(pair),
            pkcs8.clone(),
            Some(pkcs1),
        )
    }

    pub(super) fn from_ec(curve: Curve, pair: EcdsaKeyPair) -> Result<Self, PrivateKeyError> {
        let pkcs8 = pair.to_pkcs8v1().map_err(|_| PrivateKeyError::Malformed)?;
        let pkcs8 = Zeroizing::new(pkcs8.as_ref().to_vec());
        let point = pair.public_key().as_ref();
        let (x, y) = point
            .split_first()
            .and_then(|(_, both)| both.split_at_checked(curve.coordinate_len()))
            .ok_or(PrivateKeyError::Malformed)?;
        let material = KeyMaterial::Ec {
            curve,
            x: x.to_vec(),
            y: y.to_vec(),
        };
        Self::assemble(material, Signer::Ec(pair), pkcs8, None)
    }

    pub(super) fn from_ed25519(pair: Ed25519KeyPair) -> Result<Self, PrivateKeyError> {
        let pkcs8 = pair.to_pkcs8v1().map_err(|_| PrivateKeyError::Malformed)?;
        let pkcs8 = Zeroizing::new(pkcs8.as_ref().to_vec());
        let x = pair
            .public_key()
            .as_ref()
            .try_into()
            .map_err(|_| PrivateKeyError::Malformed)?;
        Self::assemble(KeyMaterial::Ed25519 { x }, Signer::Ed25519(pair), pkcs8, None)
    }

    /// The public half passes the same checks as a key from outside: an operator's own weak key is refused too.
    fn assemble(
        material: KeyMaterial,
        signer: Signer,
        pkcs8: Zeroizing<Vec<u8>>,
        pkcs1: Option<Zeroizing<Vec<u8>>>,
    ) -> Result<Self, PrivateKeyError> {
        let public = PublicKey::from_jwk(&Jwk::from_material(material)?)?;
        Ok(Self(Arc::new(Inner {
            public,
            signer,
            pkcs8,
            pkcs1,
        })))
    }
}
