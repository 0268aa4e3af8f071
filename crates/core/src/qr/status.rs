//! A service looks at its session: `POST {iss}/qr/status` (onesid.md §10.1).

use super::secrets::QrSecrets;
use super::{QrKind, QrSession, QrSessionId, QrState, code, picture};
use crate::approval::{Approval, code as approval_code};
use crate::ciba::auth_req_id;
use crate::failure::Outcome;
use crate::oidc::bearer::DeviceBearer;
use crate::provider::Provider;
use crate::time::{Duration, Timestamp};
use countersign_protocol::qr::{SCAN_PATH, SessionAnswer, SessionKind};

/// Seconds to wait between two looks (onesid.md C6).
const INTERVAL: u64 = 3;

/// The session as it stands; `None` when it is unknown, ended, or another client's, which all look the same.
///
/// # Errors
/// A fault of the store.
pub async fn status(provider: &Provider, device: &DeviceBearer, id: &str) -> Outcome<Option<SessionAnswer>> {
    let Some(id) = QrSessionId::parse(id) else {
        return Ok(None);
    };
    let (now, client) = (provider.clock.now(), device.device.client_id.clone());
    let found = provider
        .store
        .read(move |tx| {
            let session = tx.qr().by_id(&id)?.filter(|session| {
                session.client_id == client && session.kind == QrKind::Hosted && !session.has_ended(now)
            });
            let approval = match session.as_ref().map(|session| &session.state) {
                Some(QrState::Requested { approval_id, .. }) => tx.approvals().by_id(*approval_id)?,
                _ => None,
            };
            Ok(session.map(|session| (session, approval)))
        })
        .await?;
    found
        .map(|(session, approval)| answer(provider, &session, approval.as_ref(), now))
        .transpose()
}

/// The session object. The login hint token gives way to the `auth_req_id` (onesid.md C8), so that nobody starts a second
/// request with it; the code goes as soon as a phone has scanned it.
///
/// # Errors
/// The content of the code cannot be written as JSON.
pub(super) fn answer(
    provider: &Provider,
    session: &QrSession,
    approval: Option<&Approval>,
    now: Timestamp,
) -> Outcome<SessionAnswer> {
    let secrets = QrSecrets::derive(&provider.sealer, &session.id);
    let rest = seconds(session.expires_at.since(now));
    let waiting = session.state == QrState::Waiting;
    let requested = matches!(session.state, QrState::Requested { .. });
    let scanned = matches!(session.state, QrState::Scanned(_));
    let code = session
        .animated
        .then(|| code::at(&secrets.code_key, session, now));
    let changes_in = if session.animated {
        seconds(code::CHANGES_EVERY)
    } else {
        rest
    };
    let cb_url = format!("{}{SCAN_PATH}", provider.host.as_str());
    let qr_content = waiting
        .then(|| picture::content(&cb_url, &session.id, code))
        .transpose()?;
    Ok(SessionAnswer {
        kind: SessionKind::Qr,
        session_id: session.id.to_string(),
        cb_url,
        exp_in: rest,
        exp: u64::try_from(session.expires_at.unix()).ok(),
        interval: INTERVAL,
        aud: Some(session.client_id.to_string()),
        auth_request_id: approval.map(|approval| {
            let auth_req_id = auth_req_id::derive(&provider.sealer, approval.id, approval.requested_at);
            auth_req_id.reveal().to_owned()
        }),
        ciba_request_invoked: requested,
        login_hint_token: scanned.then(|| secrets.login_hint_token.reveal().to_owned()),
        // A published client throws the answer of the backchannel away; the screen finds its code here.
        verification: approval.and_then(|approval| approval_code::to_show(&provider.sealer, approval)),
        qr_content,
        refresh_in: waiting.then_some(changes_in),
    })
}

/// Whole seconds, rounded up: a session that lives for another half second does not end in 0.
pub(super) fn seconds(rest: Duration) -> u64 {
    u64::try_from(rest.as_millis().div_ceil(1000)).unwrap_or(u64::MAX)
}
