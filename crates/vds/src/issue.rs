use countersign_jose::PrivateKey;

use crate::hc1::{Cwt, Sign1, deflate};
use crate::{Content, MAX_TEXT_LEN, VdsError, alphabet};

/// Issues a credential as HC1 text (x1280.md §6), signed with ES256 by a P-256 key or with PS256 by an RSA key.
///
/// `issuer` becomes `iss`, the times are Unix seconds, `kid` names the key to whoever verifies. The `exp` of a person
/// also stands inside claim -65800, where other readers look for it.
///
/// # Errors
/// [`VdsError::NotIssued`] for [`Content::Other`] and for an empty `kid`, [`VdsError::Claim`] if the content is not
/// what [`UnverifiedVds::verify`](crate::UnverifiedVds::verify) would accept, [`VdsError::KeyRefused`] for a key of
/// another kind, [`VdsError::TextTooLong`] if the text would be longer than anyone reads (mind the photo),
/// [`VdsError::Signing`] if the library fails.
pub fn issue(
    content: &Content,
    issuer: &str,
    issued_at: i64,
    expires_at: Option<i64>,
    kid: &[u8],
    key: &PrivateKey,
) -> Result<String, VdsError> {
    if kid.is_empty() {
        return Err(VdsError::NotIssued);
    }
    let payload = Cwt {
        issuer: Some(issuer.to_owned()),
        issued_at: Some(issued_at),
        not_before: None,
        expires_at,
        content: content.clone(),
    }
    .write()?;
    // Nothing is issued that we would not read.
    Cwt::parse(&payload)?;
    let text = alphabet::wrap_hc1(&deflate(&Sign1::sign(payload, kid, key)?)?);
    if text.len() > MAX_TEXT_LEN {
        return Err(VdsError::TextTooLong);
    }
    Ok(text)
}
