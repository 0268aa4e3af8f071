//! `GET {iss}/.well-known/openid-configuration` (OpenID Connect Discovery §3, CIBA Core §4).

use crate::client::{Endpoint, GrantType};
use crate::evidence::acr_of;
use crate::keys::rotate;
use crate::oidc::token;
use crate::provider::Provider;
use countersign_jose::Algorithm;
use countersign_protocol::approval::VerificationMode;
use countersign_protocol::oidc::ProviderMetadata;

/// What this provider can do. Members that would be empty are given a truthful value all the same, since published
/// clients require them (onesid.md §1, item 2) and Discovery §4.2 forbids empty arrays.
#[must_use]
pub fn metadata(provider: &Provider) -> ProviderMetadata {
    let issuer = provider.host.issuer();
    let at = |path: &str| format!("{issuer}{path}");
    let auth_methods = || words(&["private_key_jwt"]);
    ProviderMetadata {
        authorization_endpoint: at("/auth"),
        token_endpoint: at(Endpoint::Token.path()),
        jwks_uri: at("/jwks"),
        userinfo_endpoint: at("/me"),
        introspection_endpoint: at(Endpoint::Introspection.path()),
        revocation_endpoint: at(Endpoint::Revocation.path()),
        backchannel_authentication_endpoint: at(Endpoint::Backchannel.path()),
        backchannel_token_delivery_modes_supported: words(&["poll"]),
        backchannel_authentication_request_signing_alg_values_supported: names(&Algorithm::ALL),
        backchannel_user_code_parameter_supported: false,
        scopes_supported: words(&token::KNOWN_SCOPES),
        // The authorization endpoint answers with no token to anyone (OAuth Multiple Response Types §4).
        response_types_supported: words(&["none"]),
        grant_types_supported: words(&GrantType::ALL.map(GrantType::as_str)),
        subject_types_supported: words(&["public"]),
        id_token_signing_alg_values_supported: names(&rotate::ALGORITHMS),
        token_endpoint_auth_methods_supported: auth_methods(),
        token_endpoint_auth_signing_alg_values_supported: names(&Algorithm::ALL),
        introspection_endpoint_auth_methods_supported: auth_methods(),
        introspection_endpoint_auth_signing_alg_values_supported: names(&Algorithm::ALL),
        revocation_endpoint_auth_methods_supported: auth_methods(),
        revocation_endpoint_auth_signing_alg_values_supported: names(&Algorithm::ALL),
        acr_values_supported: words(&MODES.map(acr_of)),
        claims_supported: words(&CLAIMS),
        request_parameter_supported: true,
        request_uri_parameter_supported: false,
        issuer,
    }
}

const MODES: [VerificationMode; 4] = [
    VerificationMode::None,
    VerificationMode::Compare,
    VerificationMode::Choose,
    VerificationMode::Transfer,
];

const CLAIMS: [&str; 11] = [
    "sub",
    "iss",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "acr",
    "amr",
    "preferred_username",
    "name",
    "idp_role",
];

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn names(algorithms: &[Algorithm]) -> Vec<String> {
    algorithms
        .iter()
        .map(|algorithm| algorithm.name().to_owned())
        .collect()
}
