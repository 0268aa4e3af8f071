//! Discovery (OpenID Connect Discovery §3, RFC 8414, CIBA Core §4).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET {iss}/.well-known/openid-configuration`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProviderMetadata {
    /// `{host}/oidc`, without trailing slash; tokens carry exactly this text.
    pub issuer: String,
    /// Present because published clients require it; sign-in here starts at the backchannel, so it answers a refusal.
    pub authorization_endpoint: String,
    /// The token endpoint.
    pub token_endpoint: String,
    /// The key set.
    pub jwks_uri: String,
    /// Userinfo.
    pub userinfo_endpoint: String,
    /// RFC 7662.
    pub introspection_endpoint: String,
    /// RFC 7009.
    pub revocation_endpoint: String,
    /// CIBA Core §4.
    pub backchannel_authentication_endpoint: String,
    /// CIBA Core §4.
    pub backchannel_token_delivery_modes_supported: Vec<String>,
    /// CIBA Core §4.
    pub backchannel_authentication_request_signing_alg_values_supported: Vec<String>,
    /// CIBA Core §4: no person here has a user code.
    pub backchannel_user_code_parameter_supported: bool,
    /// Scopes that mean something here.
    pub scopes_supported: Vec<String>,
    /// Required by OpenID Connect Discovery.
    pub response_types_supported: Vec<String>,
    /// Grant types of the token endpoint.
    pub grant_types_supported: Vec<String>,
    /// Required by OpenID Connect Discovery.
    pub subject_types_supported: Vec<String>,
    /// Algorithms of ID tokens.
    pub id_token_signing_alg_values_supported: Vec<String>,
    /// Client authentication at the token endpoint.
    pub token_endpoint_auth_methods_supported: Vec<String>,
    /// Algorithms of client assertions.
    pub token_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// Client authentication at the introspection endpoint.
    pub introspection_endpoint_auth_methods_supported: Vec<String>,
    /// Algorithms of client assertions at the introspection endpoint.
    pub introspection_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// Client authentication at the revocation endpoint.
    pub revocation_endpoint_auth_methods_supported: Vec<String>,
    /// Algorithms of client assertions at the revocation endpoint.
    pub revocation_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// Authentication context classes that an ID token may carry.
    pub acr_values_supported: Vec<String>,
    /// Claims that an ID token or userinfo may carry.
    pub claims_supported: Vec<String>,
    /// Signed request objects are read at the backchannel endpoint only.
    pub request_parameter_supported: bool,
    /// Never: a URL of the client's choice is not fetched.
    pub request_uri_parameter_supported: bool,
}
