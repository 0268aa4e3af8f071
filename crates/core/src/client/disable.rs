//! Disabling a service, and enabling it again.

use super::add::unknown_client;
use super::{ClientKind, ClientRecord};
use crate::audit::AuditEvent;
use crate::audit::chain::{self, actor};
use crate::failure::{Outcome, Refusal};
use crate::id::ClientId;
use crate::provider::Provider;

/// Disables a service: nothing is issued to it, and the tokens that it holds for people end.
///
/// # Errors
/// `not_found`; `conflict`: disabled already, or a device or phone, which have commands of their own.
pub async fn disable(provider: &Provider, id: &str, by: &str) -> Outcome<()> {
    switch(provider, id, by, true).await
}

/// Enables a disabled service again; tokens that ended stay ended.
///
/// # Errors
/// `not_found`; `conflict`: not disabled, or a device or phone.
pub async fn enable(provider: &Provider, id: &str, by: &str) -> Outcome<()> {
    switch(provider, id, by, false).await
}

async fn switch(provider: &Provider, id: &str, by: &str, off: bool) -> Outcome<()> {
    let now = provider.clock.now();
    let id = ClientId::parse(id).ok_or_else(unknown_client)?;
    let (by, audit) = (by.to_owned(), provider.audit_key());
    provider
        .store
        .write(move |tx| {
            let client = tx.clients().by_id(&id)?.ok_or_else(unknown_client)?;
            refuse(&client, off)?;
            tx.clients_mut().set_disabled(&id, off.then_some(now))?;
            let revoked = if off {
                tx.grants_mut().revoke_of_client(&id, now)?
            } else {
                0
            };
            let action = if off { "client.disable" } else { "client.enable" };
            let event = AuditEvent::new(now, actor(&by), action, format!("client:{id}"))
                .with("grants_revoked", revoked);
            chain::record(tx, &audit, event)
        })
        .await
}

/// A device and a phone are more than a client: switching only that half would leave the other half in use.
fn refuse(client: &ClientRecord, off: bool) -> Result<(), Refusal> {
    match client.kind {
        ClientKind::Device(_) => Err(Refusal::conflict(
            "this client is a device; use device suspend or device approve",
        )),
        ClientKind::Authenticator { .. } => Err(Refusal::conflict(
            "this client is an authenticator; use authenticator revoke",
        )),
        ClientKind::Service if client.disabled_at.is_some() == off => {
            let word = if off { "disabled" } else { "enabled" };
            Err(Refusal::conflict(format!("this client is {word} already")))
        }
        ClientKind::Service => Ok(()),
    }
}
