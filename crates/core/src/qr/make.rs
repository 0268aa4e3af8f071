//! A service makes a session: `POST {iss}/qr/make` (onesid.md §10.1).

use super::refuse::{Attempt, audited};
use super::{QrKind, QrSession, QrSessionId, QrState, rate, status};
use crate::approval::open::Origin;
use crate::failure::Outcome;
use crate::oidc::bearer::DeviceBearer;
use crate::policy::QrPolicy;
use crate::provider::Provider;
use crate::store::Writing;
use crate::time::Timestamp;
use countersign_protocol::qr::{MakeRequest, SessionAnswer};

/// Makes a session.
///
/// # Errors
/// `too_many_requests`: the device made too many within a minute.
pub async fn make(
    provider: &Provider,
    device: &DeviceBearer,
    request: MakeRequest,
    origin: Origin,
) -> Outcome<SessionAnswer> {
    let id = QrSessionId::new(&*provider.entropy);
    let session = begin(provider, device, id, QrKind::Hosted, request.animated, origin).await?;
    status::answer(provider, &session, None, provider.clock.now())
}

/// Puts a new session into the store, within the device's rate.
pub(super) async fn begin(
    provider: &Provider,
    device: &DeviceBearer,
    id: QrSessionId,
    kind: QrKind,
    animated: bool,
    origin: Origin,
) -> Outcome<QrSession> {
    let now = provider.clock.now();
    let session = QrSession {
        id,
        kind,
        client_id: device.device.client_id.clone(),
        device_id: device.device.id,
        animated,
        origin,
        created_at: now,
        expires_at: now + provider.policy.qr.session,
        state: QrState::Waiting,
    };
    let (made, policy, audit_key) = (session.clone(), provider.policy.qr.clone(), provider.audit_key());
    provider
        .store
        .write(move |tx| {
            let attempt = Attempt {
                actor: format!("client:{}", made.client_id),
                step: "make",
                session: None,
                origin: made.origin.clone(),
            };
            let outcome = insert(tx, &made, &policy, now);
            audited(tx, &audit_key, attempt, outcome, now)
        })
        .await?;
    Ok(session)
}

fn insert(tx: &mut dyn Writing, session: &QrSession, policy: &QrPolicy, now: Timestamp) -> Outcome<()> {
    if !policy.danger_unlimited {
        rate::check(
            tx.qr().made_since(&session.client_id, now - rate::WINDOW)?,
            policy.sessions_per_minute,
            now,
            "this device made too many QR sessions within a minute; wait before the next one",
        )?;
    }
    Ok(tx.qr_mut().insert(session)?)
}
