//! Disabling a service, and enabling it again: what happens to its client.

use super::{Service, list};
use crate::client;
use crate::failure::Outcome;
use crate::provider::Provider;

/// Disables a service, by id or name: nothing is begun or answered for it from now on.
///
/// # Errors
/// `not_found`; `conflict`: disabled already.
pub async fn disable(provider: &Provider, text: &str, by: &str) -> Outcome<Service> {
    let service = list::find(provider, text).await?;
    client::disable::disable(provider, service.id.as_str(), by).await?;
    list::find(provider, service.id.as_str()).await
}

/// Enables a disabled service again.
///
/// # Errors
/// `not_found`; `conflict`: not disabled.
pub async fn enable(provider: &Provider, text: &str, by: &str) -> Outcome<Service> {
    let service = list::find(provider, text).await?;
    client::disable::enable(provider, service.id.as_str(), by).await?;
    list::find(provider, service.id.as_str()).await
}
