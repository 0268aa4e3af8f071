//! Access tokens of a person: opaque, or a JWT (RFC 9068) when a resource was named.

use super::{Audience, Grant, token};
use crate::failure::{Fault, Outcome};
use crate::keys::KeyPurpose;
use crate::provider::Provider;
use crate::secret::OpaqueToken;
use crate::time::Timestamp;
use crate::user::User;
use countersign_jose::Algorithm;
use serde::Serialize;

/// RFC 9068 §2.2, with the members that readers of onesid.md §7 need. `aud` is one string, the client id of the
/// resource's application: published readers fail on an array or a URL.
#[derive(Serialize)]
struct Claims<'a> {
    iss: String,
    sub: String,
    aud: &'a str,
    exp: i64,
    iat: i64,
    nbf: i64,
    auth_time: i64,
    acr: &'a str,
    amr: &'a [&'a str],
    jti: String,
    client_id: &'a str,
    scope: String,
    username: &'a str,
    idp_role: &'a str,
    resource: &'a str,
}

#[derive(Serialize)]
struct Header<'a> {
    typ: &'a str,
    kid: &'a str,
}

/// Makes the access token of a grant.
///
/// # Errors
/// A key that cannot sign.
pub fn make(provider: &Provider, grant: &Grant, user: &User, now: Timestamp) -> Outcome<OpaqueToken> {
    match &grant.audience {
        None => Ok(OpaqueToken::new(&*provider.entropy, now)),
        Some(audience) => jwt(provider, grant, audience, user, now),
    }
}

fn jwt(
    provider: &Provider,
    grant: &Grant,
    audience: &Audience,
    user: &User,
    now: Timestamp,
) -> Outcome<OpaqueToken> {
    let ring = provider.keys();
    // onesid.md C19: everything that published relying parties read is signed with RS256.
    let key = ring.signer(KeyPurpose::Oidc, Algorithm::Rs256, now)?;
    let claims = Claims {
        iss: provider.host.issuer(),
        sub: grant.user_id.to_string(),
        aud: audience.client_id.as_str(),
        exp: (now + provider.policy.lifetime.access_token).unix(),
        iat: now.unix(),
        nbf: now.unix(),
        auth_time: grant.evidence.auth_time().unix(),
        acr: grant.evidence.acr(),
        amr: grant.evidence.amr(),
        jti: provider.entropy.uuid().to_string(),
        client_id: grant.client_id.as_str(),
        scope: token::access_scope(grant).to_string(),
        username: user.username.as_str(),
        idp_role: user.role.as_str(),
        resource: &audience.resource,
    };
    let header = Header {
        typ: "at+jwt",
        kid: &key.kid,
    };
    let token = countersign_jose::sign(&key.private, key.algorithm, &header, &claims)
        .map_err(|error| Fault::new("an access token cannot be signed").with_source(error))?;
    Ok(OpaqueToken::presented(&token))
}
