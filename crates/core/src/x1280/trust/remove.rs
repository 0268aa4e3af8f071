//! Removing a trust anchor.

use super::TrustAnchor;
use crate::audit::AuditEvent;
use crate::audit::chain::{self, actor};
use crate::failure::{Outcome, Refusal};
use crate::id::TrustAnchorId;
use crate::provider::Provider;

/// Removes a trust anchor for good: credentials that its key signed cannot be enrolled any more. Those that are enrolled
/// stay; revoke them one by one.
///
/// # Errors
/// `not_found`: there is none with this id, or it was removed before.
pub async fn remove(provider: &Provider, id: TrustAnchorId, by: &str) -> Outcome<TrustAnchor> {
    let now = provider.clock.now();
    let (by, audit) = (by.to_owned(), provider.audit_key());
    provider
        .store
        .write(move |tx| {
            let unknown = || Refusal::not_found("there is no trust anchor with this id; see trust list");
            let anchor = tx.trust_anchors().by_id(id)?.ok_or_else(unknown)?;
            if !tx.trust_anchors_mut().remove(id, now)? {
                return Err(unknown().into());
            }
            let event = AuditEvent::new(now, actor(&by), "trust.remove", format!("trust_anchor:{id}"))
                .with("name", &anchor.name)
                .with("issuer", &anchor.issuer);
            chain::record(tx, &audit, event)?;
            Ok(TrustAnchor {
                removed_at: Some(now),
                ..anchor
            })
        })
        .await
}
