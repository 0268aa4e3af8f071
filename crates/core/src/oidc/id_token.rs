//! The ID token (OpenID Connect Core §2).

use super::Grant;
use crate::client::Client;
use crate::failure::{Fault, Outcome};
use crate::keys::KeyPurpose;
use crate::provider::Provider;
use crate::time::Timestamp;
use crate::user::User;
use countersign_jose::{base64url, hash};
use serde::Serialize;

#[derive(Serialize)]
struct Claims<'a> {
    iss: String,
    sub: String,
    aud: &'a str,
    azp: &'a str,
    exp: i64,
    iat: i64,
    jti: String,
    auth_time: i64,
    acr: &'a str,
    amr: &'a [&'a str],
    at_hash: String,
    idp_role: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    preferred_username: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
}

#[derive(Serialize)]
struct Header<'a> {
    typ: &'a str,
    kid: &'a str,
}

/// Makes the ID token of a grant, bound to its access token by `at_hash`. `acr`, `amr` and `auth_time` are what the
/// grant's evidence proves, also when it is issued again by a refresh (OpenID Connect Core §12.2).
///
/// # Errors
/// A key that cannot sign.
pub fn make(
    provider: &Provider,
    client: &Client,
    grant: &Grant,
    user: &User,
    access_token: &str,
    now: Timestamp,
) -> Outcome<String> {
    let ring = provider.keys();
    let key = ring.signer(KeyPurpose::Oidc, client.registration.id_token_alg, now)?;
    let profile = grant.scope.contains("profile");
    let username = profile.then(|| user.username.as_str());
    let claims = Claims {
        iss: provider.host.issuer(),
        sub: grant.user_id.to_string(),
        aud: grant.client_id.as_str(),
        azp: grant.client_id.as_str(),
        exp: (now + provider.policy.lifetime.id_token).unix(),
        iat: now.unix(),
        jti: provider.entropy.uuid().to_string(),
        auth_time: grant.evidence.auth_time().unix(),
        acr: grant.evidence.acr(),
        amr: grant.evidence.amr(),
        at_hash: half_hash(access_token),
        idp_role: user.role.as_str(),
        preferred_username: username,
        username,
        name: user.name.as_deref().filter(|_| profile),
    };
    let header = Header {
        typ: "JWT",
        kid: &key.kid,
    };
    let token = countersign_jose::sign(&key.private, key.algorithm, &header, &claims)
        .map_err(|error| Fault::new("an ID token cannot be signed").with_source(error))?;
    Ok(token)
}

/// `at_hash` (OpenID Connect Core §3.1.3.6): the left half of SHA-256, which belongs to RS256 and ES256 alike.
fn half_hash(token: &str) -> String {
    let digest = hash::sha256(token.as_bytes());
    base64url::encode(digest.get(..16).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::half_hash;

    #[test]
    fn at_hash_is_that_of_ciba_core_10_3_1() {
        assert_eq!(
            half_hash("G5kXH2wHvUra0sHlDy1iTkDJgsgUO1bN"),
            "Wt0kVFXMacqvnHeyU0001w"
        );
        assert_eq!(
            half_hash("4bwc0ESC_IAhflf-ACC_vjD_ltc11ne-8gFPfA2Kx16"),
            "sHahCuSpXCRg5mkDDvvr4w"
        );
    }
}
