//! The animated code (decisions.md "QR"): it changes every second, so that a photographed or relayed one dies.

use super::QrSession;
use crate::failure::Refusal;
use crate::time::{Duration, Timestamp};
use countersign_jose::{base64url, hash};
use countersign_protocol::ErrorCode;

/// How often the code changes.
pub(super) const CHANGES_EVERY: Duration = Duration::from_secs(1);
/// A code older than this is refused: long enough for a slow camera, too short to be sent on.
const OLDEST: Duration = Duration::from_secs(5);
/// How far a code may be ahead: two processes of the provider may differ by as much.
const NEWEST: Duration = Duration::from_secs(1);

/// The `t` and `m` of a moment.
pub(super) fn at(key: &[u8; 32], session: &QrSession, now: Timestamp) -> (u64, String) {
    let t = now.since(session.created_at).as_secs();
    (t, base64url::encode(&mac(key, t)))
}

/// Whether the `t` and `m` of a scan were on the screen just now.
///
/// # Errors
/// `invalid_request`: there are none; `access_denied`: forged, too old, or not yet shown.
pub(super) fn check(
    key: &[u8; 32],
    session: &QrSession,
    (t, m): (Option<u64>, Option<&str>),
    now: Timestamp,
) -> Result<(), Refusal> {
    let (Some(t), Some(m)) = (t, m) else {
        return Err(Refusal::invalid_request(
            "t and m of the code are missing; this session shows an animated code",
        ));
    };
    let refuse = |description: &'static str| Err(Refusal::new(ErrorCode::AccessDenied, description));
    // The first check, so that nothing is said about a `t` that we did not make.
    if !hash::ct_eq(&mac(key, t), &base64url::decode(m).unwrap_or_default()) {
        return refuse("this is no code of the session; scan the code on the screen");
    }
    let shown_at = session.created_at + Duration::from_secs(t);
    if now.since(shown_at) > OLDEST {
        return refuse("the code is too old; scan the code that is on the screen now");
    }
    if shown_at.since(now) > NEWEST {
        return refuse("the code was not shown yet; scan the code that is on the screen now");
    }
    Ok(())
}

fn mac(key: &[u8; 32], t: u64) -> [u8; 32] {
    hash::hmac_sha256(key, &t.to_be_bytes())
}
