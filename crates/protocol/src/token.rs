//! The token endpoint, introspection, revocation and the views on a token.

use crate::ciba::OneOrMany;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `client_assertion_type` of `private_key_jwt` (RFC 7523 §2.2).
pub const CLIENT_ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The answer of `POST {iss}/token` (RFC 6749 §5.1).
///
/// No `Debug`: the members are secrets.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenAnswer {
    /// Opaque (no dot) or a JWT (RFC 9068) when a resource was named.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: String,
    /// Seconds until the access token ends.
    pub expires_in: u64,
    /// The granted scopes: always a string for CIBA and refresh, even when empty (onesid.md C9).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The ID token, when `openid` was granted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
    /// The refresh token, when `offline_access` was granted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
}

/// The answer of `POST {iss}/token/introspection` (RFC 7662 §2.2).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IntrospectionAnswer {
    /// Whether the token is alive.
    pub active: bool,
    /// The client that the token was issued to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    /// Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iat: Option<i64>,
    /// The issuer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
    /// `Bearer`, or `refresh_token`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_type: Option<String>,
    /// The person, for a token of a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// The person's username.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The granted scopes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The audience, only for a token that is bound to a resource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aud: Option<String>,
    /// The person's role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idp_role: Option<String>,
}

/// `GET {iss}/identify`: who the bearer of a token is (onesid.md §8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IdentifyAnswer {
    /// Whether the subject is a device or a user.
    pub subject_type: SubjectType,
    /// Device id or user id.
    pub subject: String,
    /// The username of a user.
    #[serde(default)]
    pub username: Option<String>,
    /// The client that holds the token.
    pub client_id: String,
}

/// What a token speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SubjectType {
    /// A machine.
    Device,
    /// A person.
    User,
}

/// `POST {iss}/from-identifier` (device token).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FromIdentifierRequest {
    /// A username or a user id.
    pub identifier: String,
}

/// The answer of `POST {iss}/from-identifier`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FromIdentifierAnswer {
    /// The user id.
    pub subject: String,
    /// The username.
    pub username: String,
    /// The client id of the person's phone, or the user id when no phone is enrolled.
    pub client_id: String,
}

/// Claims of a `private_key_jwt` client assertion (RFC 7523 §3) and of a signed request object beside its parameters.
///
/// Unknown members and nulls are ignored: published clients send `"scope": null`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JwtClaims {
    /// Issuer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
    /// Subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// Audience.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aud: Option<OneOrMany>,
    /// Unique id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
    /// Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iat: Option<i64>,
    /// Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
    /// Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
}

/// `{iss}/me`: claims about the person behind an access token (OpenID Connect Core §5.3.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UserinfoAnswer {
    /// The user id.
    pub sub: String,
    /// The username, with scope `profile`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_username: Option<String>,
    /// The person's display name, with scope `profile`, when one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The person's role at this provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idp_role: Option<String>,
}
