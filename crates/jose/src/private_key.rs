mod generate;
mod read;

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair,
};
use zeroize::Zeroizing;

use crate::{Algorithm, KeyType, PrivateKeyError, PublicKey, SignatureError, pem};

/// A private key that is ready to sign: parsed once, cheap to clone, its encodings wiped when the last clone goes.
///
/// `Debug` shows the public half only, and there is no comparison.
#[derive(Clone)]
pub struct PrivateKey(Arc<Inner>);

struct Inner {
    public: PublicKey,
    signer: Signer,
    pkcs8: Zeroizing<Vec<u8>>,
    /// `RSAPrivateKey` of an RSA key: what its PEM form contains.
    pkcs1: Option<Zeroizing<Vec<u8>>>,
}

enum Signer {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl PrivateKey {
    /// Makes a new key with the random generator of the cryptographic library. RSA takes up to some seconds.
    ///
    /// # Errors
    /// [`PrivateKeyError::Generate`] if the library fails.
    pub fn generate(kind: KeyType) -> Result<Self, PrivateKeyError> {
        generate::generate(kind)
    }

    /// Reads a PEM file with one private key: PKCS#1 (`RSA PRIVATE KEY`), PKCS#8 (`PRIVATE KEY`) or SEC 1
    /// (`EC PRIVATE KEY`, with or without the `EC PARAMETERS` block that OpenSSL puts before it).
    ///
    /// # Errors
    /// [`PrivateKeyError`] if there is no such block, it is encrypted, or the key is not of the closed set.
    pub fn from_pem(text: &str) -> Result<Self, PrivateKeyError> {
        read::from_pem(text)
    }

    /// Reads an unencrypted PKCS#8 key in DER (RFC 5958).
    ///
    /// # Errors
    /// [`PrivateKeyError`] if it is malformed or not of the closed set.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, PrivateKeyError> {
        read::from_pkcs8(der)
    }

    /// The key as PEM in the form that existing clients keep on disk (onesid.md §2): PKCS#1 for RSA, PKCS#8 for
    /// the others.
    #[must_use]
    pub fn to_pem(&self) -> Zeroizing<String> {
        match &self.0.pkcs1 {
            Some(pkcs1) => pem::encode("RSA PRIVATE KEY", pkcs1),
            None => pem::encode("PRIVATE KEY", &self.0.pkcs8),
        }
    }

    /// The key as PKCS#8 in DER (RFC 5958), for sealing into a store.
    #[must_use]
    pub fn to_pkcs8(&self) -> Zeroizing<Vec<u8>> {
        self.0.pkcs8.clone()
    }

    /// The public half, without `kid`, `use` and `alg`.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        &self.0.public
    }

    /// The kind of key; see [`PublicKey::key_type`].
    #[must_use]
    pub fn key_type(&self) -> KeyType {
        self.0.public.key_type()
    }

    /// Signs `input` and gives the JOSE encoding (RFC 7518 §3): ECDSA is r‖s.
    ///
    /// # Errors
    /// [`SignatureError::KeyRefused`] if the algorithm is not for this kind of key, [`SignatureError::Signing`] if
    /// the library fails.
    pub fn sign(&self, algorithm: Algorithm, input: &[u8]) -> Result<Vec<u8>, SignatureError> {
        match (&self.0.signer, algorithm) {
            (Signer::Rsa(pair), Algorithm::Rs256) => sign_rsa(pair, &RSA_PKCS1_SHA256, input),
            (Signer::Rsa(pair), Algorithm::Ps256) => sign_rsa(pair, &RSA_PSS_SHA256, input),
            (Signer::Ec(pair), _) if self.0.public.supports(algorithm) => pair
                .sign(&SystemRandom::new(), input)
                .map(|signature| signature.as_ref().to_vec())
                .map_err(|_| SignatureError::Signing),
            (Signer::Ed25519(pair), Algorithm::EdDsa) => pair
                .try_sign(input)
                .map(|signature| signature.as_ref().to_vec())
                .map_err(|_| SignatureError::Signing),
            _ => Err(SignatureError::KeyRefused),
        }
    }
}

fn sign_rsa(
    pair: &RsaKeyPair,
    encoding: &'static dyn RsaEncoding,
    input: &[u8],
) -> Result<Vec<u8>, SignatureError> {
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(encoding, &SystemRandom::new(), input, &mut signature)
        .map_err(|_| SignatureError::Signing)?;
    Ok(signature)
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey")
            .field("public", &self.0.public)
            .finish_non_exhaustive()
    }
}
