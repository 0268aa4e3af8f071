//! `private_key_jwt` (OpenID Connect Core §9) with the crate's own RSA key.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{CoreJwsSigningAlgorithm, CoreRsaPrivateSigningKey};
use openidconnect::{ClientId, Nonce, PrivateSigningKey as _};
use serde_json::{Value, json};

use crate::outcome::{Failure, Stage};

/// The value of `client_assertion_type` (RFC 7523 §2.2).
const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How long an assertion lives, in seconds.
const LIFETIME: u64 = 60;

/// The form fields that prove the client, with a new assertion.
#[expect(
    clippy::disallowed_methods,
    reason = "the provider is another process with the clock of this machine"
)]
pub(crate) fn proof(
    key: &CoreRsaPrivateSigningKey,
    client_id: &ClientId,
    audience: &str,
) -> Result<[(&'static str, String); 2], Failure> {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_err(|error| Failure::of(Stage::Call, "Clock", &error))?
        .as_secs();
    let claims = json!({
        "iss": client_id, "sub": client_id, "aud": audience, "jti": Nonce::new_random().secret(),
        "iat": now, "exp": now + LIFETIME,
    });
    let signed = format!(
        "{}.{}",
        part(&json!({ "alg": "RS256", "typ": "JWT" })),
        part(&claims)
    );
    let signature = key
        .sign(&CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256, signed.as_bytes())
        .map_err(|error| Failure::of(Stage::Call, "SigningError", &error))?;
    let assertion = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature));
    Ok([
        ("client_assertion_type", TYPE.to_owned()),
        ("client_assertion", assertion),
    ])
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}
