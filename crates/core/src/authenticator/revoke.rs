//! Revoking a phone, and the list to choose from.

use super::{Authenticator, find, push};
use crate::audit::AuditEvent;
use crate::audit::chain::{self, actor};
use crate::failure::{Outcome, Refusal};
use crate::id::{AuthenticatorId, UserId};
use crate::provider::Provider;

/// Revokes a phone for good: it decides nothing from now on, and its client gets no tokens, nothing is pushed to it. Tokens that services won
/// by its decisions stay, since the person made those; to end them too, disable the person.
///
/// # Errors
/// `not_found`; `conflict`: revoked already.
pub async fn revoke(provider: &Provider, id: AuthenticatorId, by: &str) -> Outcome<Authenticator> {
    let now = provider.clock.now();
    let (by, audit) = (by.to_owned(), provider.audit_key());
    let authenticator = provider
        .store
        .write(move |tx| {
            let authenticator = find::by_id(&*tx, id)?;
            if !tx.authenticators_mut().revoke(id, now)? {
                return Err(Refusal::conflict("this authenticator is revoked already").into());
            }
            tx.clients_mut()
                .set_disabled(&authenticator.client_id, Some(now))?;
            push::forget(tx, id)?;
            // Its credentials are free for another phone of the person.
            tx.enrolments_mut().revoke_of_authenticator(id, now)?;
            let event = AuditEvent::new(
                now,
                actor(&by),
                "authenticator.revoke",
                format!("authenticator:{id}"),
            )
            .with("user", authenticator.user_id)
            .with("thumbprint", &authenticator.thumbprint);
            chain::record(tx, &audit, event)?;
            Ok(Authenticator {
                revoked_at: Some(now),
                ..authenticator
            })
        })
        .await?;
    // Open event streams of the phone look again and end.
    provider.bus.wake(authenticator.user_id);
    Ok(authenticator)
}

/// The phones of a person, or all, oldest first.
///
/// # Errors
/// The store fails.
pub async fn list(provider: &Provider, user: Option<UserId>) -> Outcome<Vec<Authenticator>> {
    provider
        .store
        .read(move |tx| {
            let phones = tx.authenticators();
            Ok(user.map_or_else(|| phones.list(), |user| phones.of_user(user))?)
        })
        .await
}
