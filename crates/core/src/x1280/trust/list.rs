//! What is known of trust anchors.

use super::TrustAnchor;
use crate::failure::Outcome;
use crate::provider::Provider;

/// All trust anchors that were not removed, also those whose time is over, oldest first.
///
/// # Errors
/// The store fails.
pub async fn list(provider: &Provider) -> Outcome<Vec<TrustAnchor>> {
    provider.store.read(|tx| Ok(tx.trust_anchors().list()?)).await
}
