//! Replacing what a service was handed over.

use super::vds::issue;
use super::{ResponseKey, Service, list};
use crate::audit::AuditEvent;
use crate::audit::chain::{self, actor};
use crate::failure::{Outcome, Refusal};
use crate::provider::Provider;
use crate::time::{Duration, Timestamp};
use crate::x1280::lifetime::Lifetime;

/// What is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rotation {
    /// Credential and response key: both may have been seen by others.
    #[default]
    Both,
    /// The credential alone, for example because it is about to end.
    Credential,
    /// The response key alone.
    ResponseKey,
}

/// What the service is handed over instead.
pub struct Rotated {
    /// The service.
    pub service: Service,
    /// Its new credential, if it was replaced.
    pub service_vds: Option<String>,
    /// Its new response key, if it was replaced.
    pub response_key: Option<ResponseKey>,
}

/// Replaces credential and response key of a service, by id or name, or one of them. What was in force before ends at
/// once.
///
/// # Errors
/// `not_found`; `invalid_request`: the lifetime is too long; `conflict`: somebody else rotates at the same moment.
pub async fn rotate(
    provider: &Provider,
    text: &str,
    what: Rotation,
    lifetime: Lifetime,
    by: &str,
) -> Outcome<Rotated> {
    let now = provider.clock.now();
    let before = list::find(provider, text).await?;
    let after = successor(&before, what, lifetime, now)?;
    let service_vds = if what == Rotation::ResponseKey {
        None
    } else {
        Some(issue(provider, &after).await?)
    };
    let event = AuditEvent::new(now, actor(by), "service.rotate", format!("service:{}", after.id))
        .with("credential", what != Rotation::ResponseKey)
        .with("response_key", what != Rotation::Credential);
    let audit = provider.audit_key();
    let service = provider
        .store
        .write(move |tx| {
            if !tx.services_mut().rotate(&before, &after)? {
                return Err(
                    Refusal::conflict("this service is being rotated by somebody else; look again").into(),
                );
            }
            chain::record(tx, &audit, event)?;
            Ok(after)
        })
        .await?;
    let response_key = (what != Rotation::Credential).then(|| service.response_key(&provider.sealer));
    Ok(Rotated {
        service,
        service_vds,
        response_key,
    })
}

/// The service as it is after the rotation.
fn successor(
    before: &Service,
    what: Rotation,
    lifetime: Lifetime,
    now: Timestamp,
) -> Result<Service, Refusal> {
    let mut after = before.clone();
    if what != Rotation::ResponseKey {
        // Two credentials of one second could not be told apart, and both would be in force.
        let next = before.vds_issued_at + Duration::from_secs(1);
        after.vds_issued_at = Timestamp::from_unix(now.unix()).max(next);
        after.vds_expires_at = lifetime.end(after.vds_issued_at)?;
    }
    if what != Rotation::Credential {
        after.response_key_version = before.response_key_version.saturating_add(1);
    }
    Ok(after)
}
