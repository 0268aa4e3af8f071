use std::time::Duration;

use jiff::Timestamp;

use super::TokenError;

/// RFC 7519 §4.1.4 to §4.1.6: not over, begun, and not issued in the future. Clocks may differ by the leeway.
pub(super) fn check(
    exp: Option<i64>,
    nbf: Option<i64>,
    iat: Option<i64>,
    now: Timestamp,
    leeway: Duration,
) -> Result<(), TokenError> {
    let now = now.as_second();
    let leeway = i64::try_from(leeway.as_secs()).unwrap_or(i64::MAX);
    if exp.is_some_and(|exp| now >= exp.saturating_add(leeway)) {
        return Err(TokenError::Expired);
    }
    let latest = now.saturating_add(leeway);
    if nbf.is_some_and(|nbf| nbf > latest) || iat.is_some_and(|iat| iat > latest) {
        return Err(TokenError::NotYetValid);
    }
    Ok(())
}
