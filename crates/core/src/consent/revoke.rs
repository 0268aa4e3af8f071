//! `DELETE {host}/consents/{id}`: a person withdraws what they gave.

use super::{given, unknown, without_approval};
use crate::audit::AuditEvent;
use crate::audit::chain::record;
use crate::failure::Outcome;
use crate::id::ConsentId;
use crate::oidc::bearer::PhoneBearer;
use crate::provider::Provider;

/// Withdraws a consent for good: the device reads `denied` from now on, and no values. A second time changes nothing,
/// so that a phone whose line was cut can simply ask again (RFC 9110 §9.2.2).
///
/// # Errors
/// `not_found`: unknown, of somebody else, or never given.
pub async fn revoke(provider: &Provider, phone: &PhoneBearer, id: ConsentId) -> Outcome<()> {
    let (now, audit_key) = (provider.clock.now(), provider.audit_key());
    let (user, by) = (phone.user.id, phone.authenticator.id);
    provider
        .store
        .write(move |tx| {
            let consent = tx.consents().by_id(id)?.filter(|consent| consent.user_id == user);
            let consent = consent.ok_or_else(unknown)?;
            let approval = tx
                .approvals()
                .by_id(consent.approval_id)?
                .ok_or_else(|| without_approval(&consent))?;
            if given(&approval).is_none() {
                return Err(unknown().into());
            }
            if tx.consents_mut().revoke(id, now)? {
                let event = AuditEvent::new(
                    now,
                    format!("authenticator:{by}"),
                    "consent.revoke",
                    format!("consent:{id}"),
                );
                record(
                    tx,
                    &audit_key,
                    event.with("user", user).with("client", &consent.client_id),
                )?;
            }
            Ok(())
        })
        .await
}
