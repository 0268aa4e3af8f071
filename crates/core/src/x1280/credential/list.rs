//! What is known of credentials.

use super::Credential;
use crate::failure::Outcome;
use crate::provider::Provider;

/// All credentials that were issued, enrolled or revoked here, newest first.
///
/// # Errors
/// The store fails.
pub async fn list(provider: &Provider) -> Outcome<Vec<Credential>> {
    provider.store.read(|tx| Ok(tx.credentials().list()?)).await
}
