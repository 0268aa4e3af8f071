//! Keys that are made when they are first needed, for purposes that not every provider has.

use super::rotate;
use super::{KeyPurpose, RingKey};
use crate::failure::{Fault, Outcome};
use crate::provider::Provider;
use countersign_jose::Algorithm;

/// The key that signs for a purpose; if there is none, it is made. Of several that need it at the same moment, also in
/// several processes, one makes it and the others take that one.
///
/// # Errors
/// The store fails, or the library cannot make a key.
pub async fn signer(provider: &Provider, purpose: KeyPurpose, algorithm: Algorithm) -> Outcome<RingKey> {
    let now = provider.clock.now();
    if let Ok(key) = provider.keys().signer(purpose, algorithm, now) {
        return Ok(key.clone());
    }
    rotate::create_missing(provider, purpose, algorithm).await?;
    provider.reload_keys().await?;
    let ring = provider.keys();
    let key = ring.signer(purpose, algorithm, provider.clock.now());
    Ok(key
        .map_err(|error| Fault::new(format!("the key that was just made does not sign: {error}")))?
        .clone())
}
