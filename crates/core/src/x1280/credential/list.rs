//! What is known of credentials.

use super::{Credential, wire};
use crate::failure::Outcome;
use crate::provider::Provider;
use countersign_protocol::x1280::StoredCredentialList;

/// All credentials that were issued, enrolled or revoked here, newest first.
///
/// # Errors
/// The store fails.
pub async fn list(provider: &Provider) -> Outcome<Vec<Credential>> {
    provider.store.read(|tx| Ok(tx.credentials().list()?)).await
}

/// All credentials as operators read them over HTTP, newest first.
///
/// # Errors
/// The store fails.
pub async fn stored_list(provider: &Provider) -> Outcome<StoredCredentialList> {
    let now = provider.clock.now();
    let credentials: Vec<_> = list(provider)
        .await?
        .iter()
        .map(|credential| wire::stored(credential, now))
        .collect();
    Ok(StoredCredentialList {
        total: credentials.len(),
        credentials,
    })
}
