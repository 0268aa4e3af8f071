//! The identity that a person lets go (X.1280 profile §4): a JWT by a key of its own, which signs nothing else.

use super::claims::{self, Told};
use super::{Service, age};
use crate::evidence::Evidence;
use crate::failure::{Fault, Outcome};
use crate::keys::{KeyPurpose, need};
use crate::provider::Provider;
use crate::time::{Duration, Timestamp};
use countersign_jose::{Algorithm, JwkSet};
use countersign_protocol::ScopeList;
use countersign_vds::PersonClaims;
use serde::Serialize;
use serde_json::{Map, Value};

/// How long an identity can be shown (X.1280 profile §4).
const LIFETIME: Duration = Duration::from_secs(3600);

/// A signed identity.
pub(super) struct Identity {
    /// The compact JWT. It is personal data, so it has no `Debug`.
    pub(super) jwt: String,
    /// When it ends.
    pub(super) expires_at: Timestamp,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
    jti: String,
    scope: String,
    acr: &'a str,
    amr: &'a [&'a str],
    idtoken: Map<String, Value>,
}

#[derive(Serialize)]
struct Header<'a> {
    typ: &'a str,
    kid: &'a str,
}

/// Signs what the granted scopes tell about a person to a service. `acr` and `amr` are what the decision's evidence
/// proves, as in every token of this provider.
///
/// # Errors
/// A key that cannot sign.
pub(super) async fn make(
    provider: &Provider,
    service: &Service,
    person: &PersonClaims,
    granted: &ScopeList,
    evidence: Evidence,
    now: Timestamp,
) -> Outcome<Identity> {
    let today = age::date_of(now).ok_or_else(|| Fault::new("the clock is not on the calendar"))?;
    let Told { scope, mut claims } = claims::tell(granted, person, service.claim_style, today);
    claims.insert("tokenId".to_owned(), person.token_id.clone().into());
    let expires_at = now + LIFETIME;
    let claims = Claims {
        iss: provider.host.as_str(),
        sub: &person.token_id,
        aud: &service.audience,
        iat: now.unix(),
        exp: expires_at.unix(),
        jti: provider.entropy.uuid().to_string(),
        scope: scope.to_string(),
        acr: evidence.acr(),
        amr: evidence.amr(),
        idtoken: claims,
    };
    let key = need::signer(provider, KeyPurpose::Identity, Algorithm::Es256).await?;
    let header = Header {
        typ: "JWT",
        kid: &key.kid,
    };
    let jwt = countersign_jose::sign(&key.private, key.algorithm, &header, &claims)
        .map_err(|error| Fault::new("an identity cannot be signed").with_source(error))?;
    Ok(Identity { jwt, expires_at })
}

/// The keys that identities are verified with, ES256 alone: `GET {host}/.well-known/jwks.json`. The first call makes the
/// first key, since an empty set would be kept by caches for an hour.
///
/// # Errors
/// The store fails, or the library cannot make a key.
pub async fn identity_jwks(provider: &Provider) -> Outcome<JwkSet> {
    need::signer(provider, KeyPurpose::Identity, Algorithm::Es256).await?;
    let ring = provider.keys();
    let published = ring.published(KeyPurpose::Identity, provider.clock.now());
    let keys = published
        .into_iter()
        .map(|key| key.public.jwk().clone())
        .collect();
    let set = JwkSet::new(keys).map_err(|error| Fault::new("two keys have one kid").with_source(error))?;
    Ok(set)
}
