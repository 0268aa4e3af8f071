//! Voluntary application server identification (RFC 8292): who sends, so that nobody else can send to a subscription that
//! was made for us.

use countersign_core::Fault;
use countersign_core::authenticator::push::PushEndpoint;
use countersign_core::keys::RingKey;
use countersign_core::time::{Duration, Timestamp};
use countersign_jose::{base64url, sign};
use serde_json::json;

/// How long a token can be used. RFC 8292 §2 allows a day; an hour bears a clock that is off, and no more.
const LIFETIME: Duration = Duration::from_secs(60 * 60);

/// The value of `Authorization` for one push service (RFC 8292 §3).
///
/// # Errors
/// The key does not sign.
pub(crate) fn authorization(
    key: &RingKey,
    endpoint: &PushEndpoint,
    contact: &str,
    now: Timestamp,
) -> Result<String, Fault> {
    let broken = || Fault::new("signing for a push service");
    let claims = json!({ "aud": endpoint.origin(), "exp": (now + LIFETIME).unix(), "sub": contact });
    let token = sign(&key.private, key.algorithm, &json!({ "typ": "JWT" }), &claims)
        .map_err(|error| broken().with_source(error))?;
    let point = key.public.point().ok_or_else(broken)?;
    Ok(format!("vapid t={token}, k={}", base64url::encode(&point)))
}
