//! The members about keys and algorithms.

use super::invalid;
use crate::client::Profile;
use crate::failure::Refusal;
use countersign_jose::{Algorithm, Jwk, JwkSet, PublicKey};
use countersign_protocol::client::ClientMetadata;

/// The client's keys: each of use, and at least one unless it authenticates nowhere.
pub(super) fn keys(metadata: &ClientMetadata, profile: Profile) -> Result<Vec<PublicKey>, Refusal> {
    let jwks = metadata.jwks.as_ref();
    if jwks.is_none() && !profile.has_grants() {
        return Ok(Vec::new());
    }
    let jwks = jwks
        .ok_or_else(|| invalid("jwks is missing; send the client's public keys as a JWK Set (RFC 7517)"))?;
    let jwks = JwkSet::parse(jwks).map_err(|error| invalid(format!("jwks: {error}")))?;
    if jwks.keys().is_empty() && profile.has_grants() {
        return Err(invalid("jwks has no key; the client signs with one of them"));
    }
    jwks.keys()
        .iter()
        .enumerate()
        .map(|(index, jwk)| key(jwk, index, profile))
        .collect()
}

fn key(jwk: &Jwk, index: usize, profile: Profile) -> Result<PublicKey, Refusal> {
    let key = PublicKey::from_jwk(jwk).map_err(|error| invalid(format!("key {index} of jwks: {error}")))?;
    // A key that can never be used is a mistake that would show only at the first sign-in.
    if usable(profile, std::slice::from_ref(&key)).next().is_none() {
        return Err(invalid(format!(
            "key {index} of jwks cannot sign with any algorithm of profile {} ({}); check kty, crv, alg, use and key_ops",
            profile.as_str(),
            names(profile.algorithms())
        )));
    }
    Ok(key)
}

/// The profile's algorithms that at least one of the keys can be used with.
pub(super) fn usable(profile: Profile, keys: &[PublicKey]) -> impl Iterator<Item = Algorithm> {
    profile
        .algorithms()
        .iter()
        .copied()
        .filter(|alg| keys.iter().any(|key| key.supports(*alg)))
}

pub(super) fn assertion_alg(
    metadata: &ClientMetadata,
    profile: Profile,
    keys: &[PublicKey],
) -> Result<Option<Algorithm>, Refusal> {
    signing_alg(
        "token_endpoint_auth_signing_alg",
        metadata.token_endpoint_auth_signing_alg.as_deref(),
        profile,
        keys,
    )
}

/// CIBA Core §4; FAPI-CIBA §5.2.2 allows signed requests only, so such a client has an algorithm in any case.
pub(super) fn request_object_alg(
    metadata: &ClientMetadata,
    profile: Profile,
    keys: &[PublicKey],
) -> Result<Option<Algorithm>, Refusal> {
    let word = metadata.backchannel_authentication_request_signing_alg.as_deref();
    let named = signing_alg(
        "backchannel_authentication_request_signing_alg",
        word,
        profile,
        keys,
    )?;
    Ok(match profile {
        Profile::FapiCiba => named.or_else(|| usable(profile, keys).next()),
        Profile::Standard | Profile::OnesId | Profile::X1280 => named,
    })
}

fn signing_alg(
    member: &'static str,
    word: Option<&str>,
    profile: Profile,
    keys: &[PublicKey],
) -> Result<Option<Algorithm>, Refusal> {
    let Some(word) = word else { return Ok(None) };
    let named = profile
        .algorithms()
        .iter()
        .copied()
        .find(|alg| alg.name() == word)
        .ok_or_else(|| {
            invalid(format!(
                "{member} must be one of {} in profile {}",
                names(profile.algorithms()),
                profile.as_str()
            ))
        })?;
    if !keys.iter().any(|key| key.supports(named)) {
        return Err(invalid(format!(
            "{member} is {named}, but no key of jwks can be used with it"
        )));
    }
    Ok(Some(named))
}

/// Algorithm of ID tokens: those that this provider has keys for.
pub(super) fn id_token_alg(metadata: &ClientMetadata, profile: Profile) -> Result<Algorithm, Refusal> {
    let allowed: &[Algorithm] = match profile {
        Profile::OnesId | Profile::Standard | Profile::X1280 => &[Algorithm::Rs256, Algorithm::Es256],
        // FAPI 1.0 part 2 §8.6: PS256 or ES256.
        Profile::FapiCiba => &[Algorithm::Es256],
    };
    let word = metadata.id_token_signed_response_alg.as_deref();
    let named = allowed
        .iter()
        .copied()
        .find(|alg| word.is_none_or(|word| alg.name() == word));
    named.ok_or_else(|| {
        invalid(format!(
            "id_token_signed_response_alg must be one of {} in profile {}",
            names(allowed),
            profile.as_str()
        ))
    })
}

fn names(algorithms: &[Algorithm]) -> String {
    algorithms
        .iter()
        .map(|alg| alg.name())
        .collect::<Vec<_>>()
        .join(", ")
}
