//! Disabling a person, and enabling them again.

use super::User;
use super::find::required;
use crate::audit::AuditEvent;
use crate::audit::chain::{self, actor};
use crate::failure::{Outcome, Refusal};
use crate::provider::Provider;

/// Disables a person, by username or id: nobody signs in as them, their phones decide nothing, and every token that
/// was issued in their name ends.
///
/// # Errors
/// `not_found`; `conflict`: disabled already.
pub async fn disable(provider: &Provider, text: &str, by: &str) -> Outcome<User> {
    switch(provider, text, by, true).await
}

/// Enables a disabled person again; tokens that ended stay ended.
///
/// # Errors
/// `not_found`; `conflict`: not disabled.
pub async fn enable(provider: &Provider, text: &str, by: &str) -> Outcome<User> {
    switch(provider, text, by, false).await
}

async fn switch(provider: &Provider, text: &str, by: &str, off: bool) -> Outcome<User> {
    let now = provider.clock.now();
    let (text, by, audit) = (text.to_owned(), by.to_owned(), provider.audit_key());
    let user = provider
        .store
        .write(move |tx| {
            let user = required(tx, &text)?;
            if user.disabled_at.is_some() == off {
                let word = if off { "disabled" } else { "enabled" };
                return Err(Refusal::conflict(format!("this person is {word} already")).into());
            }
            let disabled_at = off.then_some(now);
            tx.users_mut().set_disabled(user.id, disabled_at)?;
            let revoked = if off {
                tx.grants_mut().revoke_of_user(user.id, now)?
            } else {
                0
            };
            let action = if off { "user.disable" } else { "user.enable" };
            let event = AuditEvent::new(now, actor(&by), action, format!("user:{}", user.id))
                .with("grants_revoked", revoked);
            chain::record(tx, &audit, event)?;
            Ok(User { disabled_at, ..user })
        })
        .await?;
    provider.bus.wake(user.id);
    Ok(user)
}
