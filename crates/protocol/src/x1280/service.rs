//! `{host}/services`: who may ask for a person's identity, for operators (X.1280 profile §7).

use super::{ClaimStyle, IdentityScope};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What an operator says of a service: the body of `POST {host}/services`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServiceRequest {
    /// Its name, shown to people; 1 to 100 characters.
    pub name: String,
    /// `aud` of the identities that are made for it: 1 to 255 printable ASCII characters without spaces.
    pub audience: String,
    /// What it may ask for: at least one scope.
    #[schema(value_type = Vec<IdentityScope>)]
    pub allowed_scopes: Vec<String>,
    /// What it asks for when its request names nothing; the allowed scopes when absent or empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<IdentityScope>)]
    pub default_scopes: Vec<String>,
    /// The web pages that may ask in its name: scheme, host and perhaps port; 32 at most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub origins: Vec<String>,
    /// How it wants claims about age spelled.
    #[serde(default)]
    pub claim_style: ClaimStyle,
    /// Whether a phone must say which scopes it grants; saying nothing is not a yes to all then.
    #[serde(default)]
    pub consent_required: bool,
    /// Its picture, an `https` URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo_url: Option<String>,
    /// Where it says what it does with data, an `https` URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub privacy_url: Option<String>,
    /// Its public keys (RFC 7517), to prove itself with `serviceAssertion`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub jwks: Option<serde_json::Value>,
    /// How long its credential is good: numbers with the units `y mo w d h m s`, such as `90d` or `1y 6mo`; `2y` when
    /// absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
}

/// What a service is handed over, shown this once: the answer of `POST {host}/services` and of
/// `POST {host}/services/{serviceId}/rotate`. What was not replaced is absent.
///
/// No `Debug`: its members are secrets of the service.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServiceHandover {
    /// Its id.
    pub service_id: String,
    /// Its own credential, HC1 text: `serviceVds` of its requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_vds: Option<String>,
    /// When that ends, RFC 3339 in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_vds_expires_at: Option<String>,
    /// The key of its response hashes, 32 bytes in base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_key: Option<String>,
}

/// Whether a service works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ServiceStatus {
    /// It may ask.
    Enabled,
    /// Nothing is begun or answered for it.
    Disabled,
}

/// A service as it is stored, without what it was handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StoredService {
    /// Its id.
    pub service_id: String,
    /// Its name, shown to people.
    pub name: String,
    /// Whether it works.
    pub status: ServiceStatus,
    /// `aud` of the identities that are made for it.
    pub audience: String,
    /// What it may ask for.
    pub allowed_scopes: Vec<IdentityScope>,
    /// What it asks for when its request names nothing.
    pub default_scopes: Vec<IdentityScope>,
    /// The web pages that may ask in its name.
    pub origins: Vec<String>,
    /// How it wants claims about age spelled.
    pub claim_style: ClaimStyle,
    /// Whether a phone must say which scopes it grants.
    pub consent_required: bool,
    /// Its picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo_url: Option<String>,
    /// Where it says what it does with data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub privacy_url: Option<String>,
    /// When its credential was issued, RFC 3339 in UTC.
    pub service_vds_issued_at: String,
    /// When its credential ends, RFC 3339 in UTC.
    pub service_vds_expires_at: String,
    /// When it was registered, RFC 3339 in UTC.
    pub created_at: String,
    /// When it was disabled, RFC 3339 in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_at: Option<String>,
}

/// The answer of `GET {host}/services`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StoredServiceList {
    /// All services, disabled ones too, oldest first.
    pub services: Vec<StoredService>,
    /// How many there are.
    pub total: usize,
}

/// What of a service is replaced: the body of `POST {host}/services/{serviceId}/rotate`, which may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RotationRequest {
    /// The one of the two that is replaced; both when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<RotationPart>,
    /// How long a new credential is good; `2y` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
}

/// One of what a service was handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum RotationPart {
    /// The credential, for example because it is about to end.
    Credential,
    /// The key of the response hashes.
    ResponseKey,
}

#[cfg(test)]
mod tests {
    use super::{RotationPart, RotationRequest, ServiceRequest};
    use crate::x1280::ClaimStyle;
    use serde_json::json;

    #[test]
    fn a_service_needs_a_name_an_audience_and_scopes_and_no_more() {
        let body = json!({ "name": "Shop", "audience": "shop", "allowedScopes": ["identity:name"] });
        let request: ServiceRequest = serde_json::from_value(body.clone()).unwrap();
        assert!(request.default_scopes.is_empty() && request.origins.is_empty() && request.jwks.is_none());
        assert_eq!(
            (request.claim_style, request.consent_required),
            (ClaimStyle::Snake, false)
        );
        for member in ["name", "audience", "allowedScopes"] {
            let mut less = body.clone();
            less.as_object_mut().unwrap().remove(member);
            assert!(
                serde_json::from_value::<ServiceRequest>(less).is_err(),
                "{member}"
            );
        }
    }

    #[test]
    fn what_is_rotated_is_named_as_in_the_answer() {
        let read = |body| serde_json::from_value::<RotationRequest>(body).map(|request| request.only);
        assert_eq!(read(json!({})).unwrap(), None);
        assert_eq!(
            read(json!({ "only": "credential" })).unwrap(),
            Some(RotationPart::Credential)
        );
        assert_eq!(
            read(json!({ "only": "responseKey" })).unwrap(),
            Some(RotationPart::ResponseKey)
        );
        assert!(read(json!({ "only": "both" })).is_err());
    }
}
