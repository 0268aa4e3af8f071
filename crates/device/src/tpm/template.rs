//! The public areas that keys are made from. The storage primary key is the one that tpm2-tss-engine and tpm2-openssl
//! make, since a key can only be loaded below the very parent it was made below.

use countersign_jose::KeyType;
use tss_esapi::Result;
use tss_esapi::attributes::{ObjectAttributes, ObjectAttributesBuilder};
use tss_esapi::interface_types::algorithm::{HashingAlgorithm, PublicAlgorithm};
use tss_esapi::interface_types::ecc::EccCurve;
use tss_esapi::interface_types::key_bits::RsaKeyBits;
use tss_esapi::structures::{
    EccPoint, EccScheme, HashScheme, Public, PublicBuilder, PublicEccParametersBuilder, PublicKeyRsa,
    PublicRsaParametersBuilder, RsaExponent, RsaScheme, SignatureScheme, SymmetricDefinitionObject,
};

/// A storage primary key on P-256.
pub(super) fn ecc_parent() -> Result<Public> {
    let parameters = PublicEccParametersBuilder::new_restricted_decryption_key(
        SymmetricDefinitionObject::AES_128_CFB,
        EccCurve::NistP256,
    );
    builder(PublicAlgorithm::Ecc, parent_attributes()?)
        .with_ecc_parameters(parameters.build()?)
        .with_ecc_unique_identifier(EccPoint::default())
        .build()
}

/// A storage primary key of RSA 2048, for TPMs without curves and for keys of the first tools.
pub(super) fn rsa_parent() -> Result<Public> {
    let parameters = PublicRsaParametersBuilder::new_restricted_decryption_key(
        SymmetricDefinitionObject::AES_128_CFB,
        RsaKeyBits::Rsa2048,
        RsaExponent::default(),
    );
    builder(PublicAlgorithm::Rsa, parent_attributes()?)
        .with_rsa_parameters(parameters.build()?)
        .with_rsa_unique_identifier(PublicKeyRsa::default())
        .build()
}

/// A signing key of this kind; `None` for kinds that TPMs do not have.
pub(super) fn signing_key(kind: KeyType) -> Option<Result<Public>> {
    match kind {
        KeyType::Rsa2048 => Some(rsa_signing_key()),
        KeyType::P256 => Some(ecc_signing_key(EccCurve::NistP256, HashingAlgorithm::Sha256)),
        KeyType::P384 => Some(ecc_signing_key(EccCurve::NistP384, HashingAlgorithm::Sha384)),
        KeyType::Rsa3072 | KeyType::P521 | KeyType::Ed25519 => None,
    }
}

/// The scheme of the kind's own JWS algorithm; `None` for kinds that TPMs do not have.
pub(super) fn scheme(kind: KeyType) -> Option<SignatureScheme> {
    let hash = HashScheme::new;
    match kind {
        KeyType::Rsa2048 => Some(SignatureScheme::RsaSsa {
            hash_scheme: hash(HashingAlgorithm::Sha256),
        }),
        KeyType::P256 => Some(SignatureScheme::EcDsa {
            hash_scheme: hash(HashingAlgorithm::Sha256),
        }),
        KeyType::P384 => Some(SignatureScheme::EcDsa {
            hash_scheme: hash(HashingAlgorithm::Sha384),
        }),
        KeyType::Rsa3072 | KeyType::P521 | KeyType::Ed25519 => None,
    }
}

fn rsa_signing_key() -> Result<Public> {
    let parameters = PublicRsaParametersBuilder::new_unrestricted_signing_key(
        RsaScheme::RsaSsa(HashScheme::new(HashingAlgorithm::Sha256)),
        RsaKeyBits::Rsa2048,
        RsaExponent::default(),
    );
    builder(PublicAlgorithm::Rsa, signing_attributes()?)
        .with_rsa_parameters(parameters.build()?)
        .with_rsa_unique_identifier(PublicKeyRsa::default())
        .build()
}

fn ecc_signing_key(curve: EccCurve, hash: HashingAlgorithm) -> Result<Public> {
    let scheme = EccScheme::EcDsa(HashScheme::new(hash));
    builder(PublicAlgorithm::Ecc, signing_attributes()?)
        .with_ecc_parameters(PublicEccParametersBuilder::new_unrestricted_signing_key(scheme, curve).build()?)
        .with_ecc_unique_identifier(EccPoint::default())
        .build()
}

fn builder(algorithm: PublicAlgorithm, attributes: ObjectAttributes) -> PublicBuilder {
    PublicBuilder::new()
        .with_public_algorithm(algorithm)
        .with_name_hashing_algorithm(HashingAlgorithm::Sha256)
        .with_object_attributes(attributes)
}

fn parent_attributes() -> Result<ObjectAttributes> {
    bound_to_this_tpm()
        .with_decrypt(true)
        .with_restricted(true)
        .build()
}

/// For signatures and nothing else. Without a password there is nothing to guess, so a lockout shall not stop it.
fn signing_attributes() -> Result<ObjectAttributes> {
    bound_to_this_tpm().with_sign_encrypt(true).build()
}

/// Made by the TPM itself, and never to be exported or moved.
fn bound_to_this_tpm() -> ObjectAttributesBuilder {
    ObjectAttributesBuilder::new()
        .with_fixed_tpm(true)
        .with_fixed_parent(true)
        .with_sensitive_data_origin(true)
        .with_user_with_auth(true)
        .with_no_da(true)
}
