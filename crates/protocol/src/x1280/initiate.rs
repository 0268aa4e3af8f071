//! `POST {host}/auth/initiate` (X.1280 profile §1).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A service asks for a person. Exactly one of `serviceId`, `serviceVds` and `serviceAssertion` says who asks.
///
/// No `Debug`: an assertion is a credential.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InitiateRequest {
    /// The credential that the person enrolled.
    pub token_id: String,
    /// The service's id: names it and proves nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_id: Option<String>,
    /// The service's own credential; the phone shows the service as verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_vds: Option<String>,
    /// Ours: a `private_key_jwt` (RFC 7523) of the service; the phone shows the service as verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_assertion: Option<String>,
    /// The scopes that are asked for; the service's default scopes when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
}

/// The one way in which a request names its service.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum NamedService<'r> {
    /// By `serviceId`.
    Id(&'r str),
    /// By `serviceVds`.
    Vds(&'r str),
    /// By `serviceAssertion`.
    Assertion(&'r str),
}

impl InitiateRequest {
    /// How the request names its service; `None` when it does so not at all or in several ways.
    #[must_use]
    pub fn service(&self) -> Option<NamedService<'_>> {
        let id = self.service_id.as_deref();
        match (id, self.service_vds.as_deref(), self.service_assertion.as_deref()) {
            (Some(id), None, None) => Some(NamedService::Id(id)),
            (None, Some(vds), None) => Some(NamedService::Vds(vds)),
            (None, None, Some(assertion)) => Some(NamedService::Assertion(assertion)),
            _ => None,
        }
    }
}

/// The answer, status 200.
///
/// No `Debug`: the code and the token of the socket are secrets of this browser.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InitiateAnswer {
    /// The session: `sess_` and 128 random bits.
    pub session_id: String,
    /// Six digits for the browser to show; the phone shows the same.
    pub auto_password: String,
    /// Opens the socket of this session.
    pub ws_token: String,
    /// 128 bits in hexadecimal that the response hash covers.
    pub random: String,
    /// When the session ends, RFC 3339 in UTC.
    pub expires_at: String,
}

#[cfg(test)]
mod tests {
    use super::{InitiateRequest, NamedService};
    use serde_json::json;

    fn read(value: serde_json::Value) -> InitiateRequest {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn the_request_of_the_quick_start_is_read() {
        let request = read(json!({
            "tokenId": "user-token-id", "serviceId": "your-service-id",
            "scopes": ["identity:name", "identity:age_over_18"],
        }));
        assert_eq!(request.token_id, "user-token-id");
        assert!(request.service() == Some(NamedService::Id("your-service-id")));
        assert_eq!(request.scopes.unwrap(), ["identity:name", "identity:age_over_18"]);
    }

    #[test]
    fn a_service_is_named_in_exactly_one_way() {
        let by = |members: serde_json::Value| {
            let mut request = json!({ "tokenId": "t" });
            let (request_members, members) = (request.as_object_mut().unwrap(), members);
            request_members.extend(members.as_object().unwrap().clone());
            read(request)
        };
        assert!(by(json!({ "serviceVds": "v" })).service() == Some(NamedService::Vds("v")));
        assert!(by(json!({ "serviceAssertion": "a" })).service() == Some(NamedService::Assertion("a")));
        for wrong in [
            json!({}),
            json!({ "serviceId": "i", "serviceVds": "v" }),
            json!({ "serviceVds": "v", "serviceAssertion": "a" }),
            json!({ "serviceId": "i", "serviceVds": "v", "serviceAssertion": "a" }),
        ] {
            assert!(by(wrong.clone()).service().is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_request_without_a_person_is_no_request() {
        assert!(serde_json::from_value::<InitiateRequest>(json!({ "serviceId": "i" })).is_err());
        assert!(
            serde_json::from_value::<InitiateRequest>(json!({ "tokenId": 7, "serviceId": "i" })).is_err()
        );
    }
}
