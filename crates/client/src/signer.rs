use std::error::Error;
use std::sync::Arc;

use async_trait::async_trait;
use countersign_jose::{Algorithm, PrivateKey, SignatureError};

use crate::http::HttpError;

/// Who signs for this client: a key in a file, a TPM, or the signing service of the machine.
///
/// ```
/// use countersign_client::{PrivateKey, Signer};
/// # use countersign_jose::KeyType;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let key = PrivateKey::generate(KeyType::P256)?;
/// let signature = Signer::sign(&key, b"header.payload").await?;
/// key.public().verify(Signer::algorithm(&key), b"header.payload", &signature)?;
/// # Ok(())
/// # }
/// ```
#[async_trait]
pub trait Signer: Send + Sync {
    /// The algorithm of the signatures, as the client is registered with.
    fn algorithm(&self) -> Algorithm;

    /// `kid` of the header, for a client that registered several keys.
    fn key_id(&self) -> Option<&str> {
        None
    }

    /// Signs the ASCII text `header.payload` (RFC 7515 §5.1) and gives the JOSE form of the signature (RFC 7518 §3):
    /// raw `r || s` for ECDSA.
    ///
    /// # Errors
    /// [`SignerError`].
    async fn sign(&self, signing_input: &[u8]) -> Result<Vec<u8>, SignerError>;
}

/// Why there is no signature.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum SignerError {
    /// The key refuses the algorithm, or the cryptographic library failed.
    #[error(transparent)]
    Key(#[from] SignatureError),
    /// The signing service has no usable answer.
    #[error("the signing service has no signature for us: {0}")]
    Service(#[from] HttpError),
    /// The answer of the signing service is not a signature.
    #[error("the signing service answered something that is not a base64url signature")]
    NotASignature,
    /// The text to sign is not ASCII, and so not a JWS signing input.
    #[error("only the text of a JWS can be signed")]
    NotAscii,
    /// A signer of another kind failed.
    #[error("cannot sign: {0}")]
    Other(Arc<dyn Error + Send + Sync>),
}

#[async_trait]
impl Signer for PrivateKey {
    /// The key's own algorithm: RS256, ES256, ES384, ES512 or `EdDSA`. For another one see [`KeySigner`].
    fn algorithm(&self) -> Algorithm {
        self.public().natural_algorithm()
    }

    async fn sign(&self, signing_input: &[u8]) -> Result<Vec<u8>, SignerError> {
        Ok(Self::sign(
            self,
            self.public().natural_algorithm(),
            signing_input,
        )?)
    }
}

/// A key together with the algorithm and the `kid` that the client registered, for example PS256 as FAPI-CIBA asks.
///
/// ```
/// use countersign_client::{Algorithm, KeySigner, PrivateKey, Signer};
/// # use countersign_jose::KeyType;
/// let key = PrivateKey::generate(KeyType::Rsa2048)?;
/// let signer = KeySigner::new(key, Algorithm::Ps256)?.with_key_id("2026-11");
/// assert_eq!((signer.algorithm(), signer.key_id()), (Algorithm::Ps256, Some("2026-11")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct KeySigner {
    key: PrivateKey,
    algorithm: Algorithm,
    key_id: Option<String>,
}

impl KeySigner {
    /// Puts together what fits together.
    ///
    /// # Errors
    /// [`SignerError::Key`] when the algorithm is not one of this kind of key.
    pub fn new(key: PrivateKey, algorithm: Algorithm) -> Result<Self, SignerError> {
        if key.public().supports(algorithm) {
            Ok(Self {
                key,
                algorithm,
                key_id: None,
            })
        } else {
            Err(SignatureError::KeyRefused.into())
        }
    }

    /// The same with a `kid` in every header.
    #[must_use]
    pub fn with_key_id(self, key_id: impl Into<String>) -> Self {
        Self {
            key_id: Some(key_id.into()),
            ..self
        }
    }
}

#[async_trait]
impl Signer for KeySigner {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    async fn sign(&self, signing_input: &[u8]) -> Result<Vec<u8>, SignerError> {
        Ok(self.key.sign(self.algorithm, signing_input)?)
    }
}
