//! `private_key_jwt`: from a claimed assertion to one that was verified, and from there to one that is spent
//! (RFC 7523 §3, OpenID Connect Core §9).

use super::audience::Audiences;
use super::profile::SignaturePolicy;
use super::{Client, Endpoint, Profile, Registration};
use crate::failure::{Outcome, Refusal};
use crate::id::ClientId;
use crate::policy::Policy;
use crate::secret::TokenDigest;
use crate::store::Writing;
use crate::time::Timestamp;
use countersign_jose::{Algorithm, PublicKey, UnverifiedJws, VerifiedJws, hash};
use countersign_protocol::token::JwtClaims;
use serde::Deserialize;
use std::borrow::Cow;

/// An assertion whose signature and claims hold. It still has to be spent in the transaction of the use case.
#[derive(Debug, Clone)]
pub struct ClientAssertion {
    client_id: ClientId,
    jti: String,
    expires_at: Timestamp,
    one_use: bool,
    fingerprint: TokenDigest,
}

impl ClientAssertion {
    /// Marks the assertion as used, so that nobody who saw it can use it again (RFC 7523 §3, item 7).
    ///
    /// # Errors
    /// `invalid_client`: the assertion was used before.
    pub fn spend(&self, tx: &mut dyn Writing) -> Outcome<()> {
        if self.one_use
            && !tx
                .assertions_mut()
                .spend(&self.client_id, &self.jti, self.expires_at)?
        {
            return Err(replayed().into());
        }
        Ok(())
    }

    /// A digest of the whole assertion: two requests that carry the same one are the same request, sent again.
    #[must_use]
    pub const fn fingerprint(&self) -> TokenDigest {
        self.fingerprint
    }
}

/// The claims of an assertion, and those that would show it to be something else.
#[derive(Deserialize)]
struct AssertionClaims {
    #[serde(flatten)]
    jwt: JwtClaims,
    binding_message: Option<serde_json::Value>,
    login_hint: Option<serde_json::Value>,
    login_hint_token: Option<serde_json::Value>,
    id_token_hint: Option<serde_json::Value>,
}

impl AssertionClaims {
    /// Every authentication request has one of the hints (CIBA Core §7.1).
    fn is_request(&self) -> bool {
        [
            &self.binding_message,
            &self.login_hint,
            &self.login_hint_token,
            &self.id_token_hint,
        ]
        .into_iter()
        .any(Option::is_some)
    }
}

/// RFC 8725 §3.11: a token that names itself something else is not taken for an assertion.
fn check_type(typ: Option<&str>) -> Result<(), Refusal> {
    let known = ["jwt", "client-authentication+jwt"];
    match typ.map(str::to_ascii_lowercase) {
        Some(typ) if !known.contains(&typ.trim_start_matches("application/")) => Err(
            Refusal::invalid_client("typ of the client assertion must be JWT or client-authentication+jwt"),
        ),
        _ => Ok(()),
    }
}

fn replayed() -> Refusal {
    Refusal::invalid_client(
        "the client assertion was used before; sign a new one with a new jti for each request",
    )
}

/// Verifies an assertion against one client. Refusals in the order of RFC 7523 §3.
///
/// # Errors
/// `invalid_client`, naming the claim that is wrong.
pub(super) fn verify(
    jws: &UnverifiedJws,
    client: &Client,
    endpoint: Endpoint,
    audiences: Audiences<'_>,
    policy: &Policy,
    now: Timestamp,
) -> Result<ClientAssertion, Refusal> {
    let fingerprint = TokenDigest(hash::sha256(jws.compact().as_bytes()));
    check_type(jws.header().typ())?;
    let verified = verify_signature(jws, client, client.registration.assertion_alg)
        .map_err(|wrong| Refusal::invalid_client(format!("client_assertion: {wrong}")))?;
    let claims: AssertionClaims = verified.claims().map_err(|error| {
        Refusal::invalid_client(format!(
            "the claims of the client assertion cannot be read: {error}"
        ))
    })?;
    // A signed authentication request has the same issuer and audience: it must not pass for an assertion (RFC 8725 §3.12).
    if claims.is_request() {
        return Err(Refusal::invalid_client(
            "client_assertion is an authentication request; sign a JWT for client authentication",
        ));
    }
    let (claims, client_id) = (claims.jwt, client.id.as_str());
    if claims.iss.as_deref() != Some(client_id) {
        return Err(Refusal::invalid_client(
            "iss of the client assertion must be the client_id",
        ));
    }
    if claims.sub.as_deref() != Some(client_id) {
        return Err(Refusal::invalid_client(
            "sub of the client assertion must be the client_id",
        ));
    }
    check_audience(&claims, client.registration.profile, audiences)?;
    let expires_at = check_times(&claims, policy, now)?;
    let jti = claims.jti.filter(|jti| !jti.is_empty() && jti.len() <= 255);
    let jti = jti.ok_or_else(|| {
        Refusal::invalid_client("jti of the client assertion must be a string of 1 to 255 characters")
    })?;
    let old_shape = claims.nbf.is_none() && verified.header().extra().contains_key("nbf");
    let reusable = old_shape && !policy.strict_replay && may_reuse(client, endpoint, expires_at, policy, now);
    Ok(ClientAssertion {
        client_id: client.id.clone(),
        jti,
        expires_at,
        one_use: !reusable,
        fingerprint,
    })
}

/// Verifies a JWS with the client's registered keys, by the rules of its profile. `pinned` is the one algorithm that
/// the client registered for this use, if it did.
///
/// # Errors
/// What to tell the client: no registered key made this signature, or its algorithm is not allowed.
pub(super) fn verify_signature(
    jws: &UnverifiedJws,
    client: &Client,
    pinned: Option<Algorithm>,
) -> Result<VerifiedJws, Cow<'static, str>> {
    let registration = &client.registration;
    let keys = candidates(&registration.keys, jws.header().kid());
    let verified = match registration.profile.signatures() {
        SignaturePolicy::KeyDecides => keys.iter().find_map(|key| jws.clone().verify_onesid(key).ok()),
        SignaturePolicy::HeaderMustMatch => {
            let algorithm = registration
                .profile
                .algorithms()
                .iter()
                .copied()
                .find(|alg| alg.name() == jws.header().alg());
            let algorithm = algorithm
                .filter(|alg| pinned.is_none_or(|pinned| pinned == *alg))
                .ok_or_else(|| {
                    format!(
                        "alg of the JWS header is not one that this client may use; use {}",
                        allowed(registration, pinned)
                    )
                })?;
            keys.iter()
                .find_map(|key| jws.clone().verify(key, algorithm).ok())
        }
    };
    verified.ok_or(Cow::Borrowed(
        "the signature does not verify with any key that this client registered",
    ))
}

fn allowed(registration: &Registration, pinned: Option<Algorithm>) -> String {
    pinned.map_or_else(
        || registration.allowed_algorithms(),
        |algorithm| algorithm.name().to_owned(),
    )
}

/// The registered keys that a `kid` leaves to try: the named one, or all when none is named or it is not known
/// (a client's own `kid` is not registered for devices, onesid.md §2).
fn candidates<'k>(keys: &'k [PublicKey], kid: Option<&str>) -> Vec<&'k PublicKey> {
    let named: Vec<_> = keys
        .iter()
        .filter(|key| kid.is_some() && key.jwk().kid() == kid)
        .collect();
    if named.is_empty() {
        keys.iter()
            .filter(|key| kid.is_none() || key.jwk().kid().is_none())
            .collect()
    } else {
        named
    }
}

/// onesid.md C5: the old tools keep one assertion for a sign-in and its polls, and for no longer than five minutes.
fn may_reuse(
    client: &Client,
    endpoint: Endpoint,
    expires_at: Timestamp,
    policy: &Policy,
    now: Timestamp,
) -> bool {
    client.registration.profile.reuses_assertions()
        && matches!(endpoint, Endpoint::Token | Endpoint::BcAuthorize)
        && expires_at <= now + Profile::LONGEST_REUSE + policy.clock_tolerance
}

fn check_audience(claims: &JwtClaims, profile: Profile, audiences: Audiences<'_>) -> Result<(), Refusal> {
    let wrong = || Refusal::invalid_client(format!("aud of the client assertion must be one of {audiences}"));
    let named = claims.aud.as_ref().ok_or_else(wrong)?;
    // FAPI-CIBA: an array with a foreign entry would let the other server replay the assertion here.
    if profile == Profile::FapiCiba && named.iter().count() != 1 {
        return Err(Refusal::invalid_client(
            "aud of the client assertion must be a single value",
        ));
    }
    if audiences.any_in(named) {
        Ok(())
    } else {
        Err(wrong())
    }
}

fn check_times(claims: &JwtClaims, policy: &Policy, now: Timestamp) -> Result<Timestamp, Refusal> {
    let tolerance = policy.clock_tolerance;
    let exp = claims
        .exp
        .ok_or_else(|| Refusal::invalid_client("exp of the client assertion is missing"))?;
    let expires_at = Timestamp::from_unix(exp);
    if now >= expires_at + tolerance {
        return Err(Refusal::invalid_client(
            "the client assertion has expired; check the clock and sign a new one",
        ));
    }
    if expires_at > now + policy.lifetime.client_assertion + tolerance {
        return Err(Refusal::invalid_client(
            "exp of the client assertion is too far in the future; five minutes are enough",
        ));
    }
    let in_future =
        |seconds: Option<i64>| seconds.is_some_and(|at| Timestamp::from_unix(at) > now + tolerance);
    if in_future(claims.nbf) {
        return Err(Refusal::invalid_client(
            "nbf of the client assertion is in the future; check the clock",
        ));
    }
    if in_future(claims.iat) {
        return Err(Refusal::invalid_client(
            "iat of the client assertion is in the future; check the clock",
        ));
    }
    // The record of the jti must outlive the assertion by the tolerance, or the last seconds could be replayed.
    Ok(expires_at + tolerance)
}
