use serde::Serialize;
use serde_json::{Map, Value};

use super::MAX_COMPACT_LEN;
use super::header::REFUSED;
use crate::{Algorithm, JwsError, PrivateKey, base64url};

/// Signs `claims` and gives the compact JWS (RFC 7515 §5.1).
///
/// `header` holds the members beside `alg`, such as `kid` and `typ`; `alg` is set here, so that header and
/// signature cannot disagree.
///
/// # Errors
/// [`JwsError::Serialize`] if header or claims are not JSON objects, [`JwsError::HeaderRefused`] if the header brings
/// `alg`, `crit`, `b64` or `zip`, [`JwsError::Signature`] if the key is not for the algorithm, [`JwsError::TooLarge`]
/// if the token is longer than what [`UnverifiedJws::parse`](super::UnverifiedJws::parse) reads.
pub fn sign(
    key: &PrivateKey,
    algorithm: Algorithm,
    header: &impl Serialize,
    claims: &impl Serialize,
) -> Result<String, JwsError> {
    sign_with(algorithm, header, claims, |input| Ok(key.sign(algorithm, input)?))
}

/// [`sign`] for a key that is not in memory, for example in a TPM: `signer` gets the signing input (RFC 7515 §5.1 step
/// 5) and gives the signature in its JOSE encoding.
///
/// # Errors
/// What `signer` answers, and [`JwsError`] as [`sign`] does.
pub fn sign_with<E: From<JwsError>>(
    algorithm: Algorithm,
    header: &impl Serialize,
    claims: &impl Serialize,
    signer: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>,
) -> Result<String, E> {
    let header = with_alg(object(header)?, algorithm)?;
    let claims = object(claims)?;
    let mut token = format!("{}.{}", encode(&header)?, encode(&claims)?);
    let signature = signer(token.as_bytes())?;
    token.push('.');
    token.push_str(&base64url::encode(&signature));
    if token.len() > MAX_COMPACT_LEN {
        return Err(JwsError::TooLarge.into());
    }
    Ok(token)
}

fn with_alg(mut header: Map<String, Value>, algorithm: Algorithm) -> Result<Map<String, Value>, JwsError> {
    let ours = ["alg"]
        .into_iter()
        .chain(REFUSED)
        .find(|name| header.contains_key(*name));
    if let Some(member) = ours {
        return Err(JwsError::HeaderRefused { member });
    }
    header.insert("alg".to_owned(), Value::from(algorithm.name()));
    Ok(header)
}

fn object(value: &impl Serialize) -> Result<Map<String, Value>, JwsError> {
    match serde_json::to_value(value) {
        Ok(Value::Object(members)) => Ok(members),
        _ => Err(JwsError::Serialize),
    }
}

fn encode(members: &Map<String, Value>) -> Result<String, JwsError> {
    serde_json::to_vec(members)
        .map(|text| base64url::encode(&text))
        .map_err(|_| JwsError::Serialize)
}
