//! Base64url without padding (RFC 7515 §2, RFC 4648 §5), strict in both directions.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The text is not strict base64url: padding, whitespace, another alphabet, an impossible length or loose
/// trailing bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("padding, whitespace, a foreign character or loose trailing bits")]
pub struct Base64UrlError;

/// Encodes bytes as base64url without padding.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Decodes strict base64url.
///
/// Every byte string has exactly one accepted text: a second spelling of a signed token would slip past replay
/// caches and revocation lists that are keyed by the text.
///
/// # Errors
/// [`Base64UrlError`] for anything that [`encode`] does not produce.
pub fn decode(text: &str) -> Result<Vec<u8>, Base64UrlError> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| Base64UrlError)
}
