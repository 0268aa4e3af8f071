use std::sync::Arc;

use async_trait::async_trait;
use countersign_client::{Algorithm, Signer, SignerError};

use crate::identity::Identity;

/// The machine's own key as the library for services takes one.
pub struct IdentitySigner(Arc<Identity>);

impl From<Identity> for IdentitySigner {
    fn from(identity: Identity) -> Self {
        Self(Arc::new(identity))
    }
}

#[async_trait]
impl Signer for IdentitySigner {
    fn algorithm(&self) -> Algorithm {
        self.0.public_key().natural_algorithm()
    }

    async fn sign(&self, signing_input: &[u8]) -> Result<Vec<u8>, SignerError> {
        let (identity, input) = (Arc::clone(&self.0), signing_input.to_owned());
        // An RSA key takes a millisecond and a TPM up to some seconds, for which no other request should have to wait.
        let signed = tokio::task::spawn_blocking(move || identity.sign(&input)).await;
        match signed {
            Ok(signature) => signature.map_err(|error| SignerError::Other(Arc::new(error))),
            Err(error) => Err(SignerError::Other(Arc::new(error))),
        }
    }
}
