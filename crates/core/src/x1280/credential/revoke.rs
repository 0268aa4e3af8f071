//! Revoking a credential.

use super::{Credential, Revocation};
use crate::audit::AuditEvent;
use crate::audit::chain::{self, actor};
use crate::failure::{Fault, Outcome, Refusal};
use crate::provider::Provider;
use crate::text::is_showable;
use crate::x1280::TokenId;

/// The longest reason, in characters.
const REASON_MAX: usize = 200;

/// Revokes a credential for good, with its enrolment, and erases what was kept of its claims. An id that was never seen
/// can be revoked too: an issuer may tell of a loss before anybody shows the credential here.
///
/// # Errors
/// `invalid_request`: no such id can be, or the reason cannot be shown; `conflict`: it is revoked already.
pub async fn revoke(
    provider: &Provider,
    token_id: &str,
    reason: Option<String>,
    by: &str,
) -> Outcome<Credential> {
    let now = provider.clock.now();
    let id = TokenId::parse(token_id).ok_or_else(|| {
        Refusal::invalid_request(
            "a tokenId is 1 to 128 printable ASCII characters without quotes, backslash and bar",
        )
    })?;
    if reason.as_deref().is_some_and(|reason| !is_reason(reason)) {
        return Err(Refusal::invalid_request(
            "reason must be 1 to 200 characters without control or invisible ones",
        )
        .into());
    }
    let event = AuditEvent::new(now, actor(by), "credential.revoke", format!("credential:{id}"))
        .with("reason", &reason);
    let (revocation, audit) = (Revocation { at: now, reason }, provider.audit_key());
    let (credential, concerned) = provider
        .store
        .write(move |tx| {
            if !tx.credentials_mut().revoke(&id, &revocation)? {
                return Err(Refusal::conflict("this credential is revoked already").into());
            }
            let enrolment = tx.enrolments().of_token(&id)?;
            tx.enrolments_mut().revoke_of_token(&id, now)?;
            chain::record(tx, &audit, event)?;
            let phone = match enrolment {
                Some(enrolment) => tx.authenticators().by_id(enrolment.authenticator_id)?,
                None => None,
            };
            let gone = || Fault::corrupt("credentials", &id, "it was revoked and is gone");
            let credential = tx.credentials().by_id(&id)?.ok_or_else(gone)?;
            Ok((credential, phone.map(|phone| phone.user_id)))
        })
        .await?;
    // A browser that waits for this person looks again.
    if let Some(user) = concerned {
        provider.bus.wake(user);
    }
    Ok(credential)
}

fn is_reason(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= REASON_MAX && is_showable(text)
}
