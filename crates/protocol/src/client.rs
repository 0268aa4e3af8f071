//! Client metadata (RFC 7591 §2, CIBA Core §4) as `countersign client add --metadata FILE` reads it.

use crate::approval::VerificationMode;
use crate::ciba::DeliveryMode;
use serde::{Deserialize, Serialize};

/// The metadata of one client. Unknown members are refused, so that a misspelt one is never silently ignored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientMetadata {
    /// Ours to choose; made up when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Ours: `standard` (default), `fapi_ciba` or `onesid`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// Shown to the person on the phone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_name: Option<String>,
    /// The service's home page; its host name is shown to the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// The public keys by value; required, since a URL of the client's choice is not fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks: Option<serde_json::Value>,
    /// Refused with a reason: see `jwks`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// Grant types; CIBA and refresh when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant_types: Option<Vec<String>>,
    /// Scopes that the client may ask for; every known scope when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// `private_key_jwt` when absent; nothing else is served.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_method: Option<String>,
    /// Pins the algorithm of client assertions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_signing_alg: Option<String>,
    /// Algorithm of ID tokens: RS256 (default) or ES256.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_token_signed_response_alg: Option<String>,
    /// Makes signed requests mandatory and pins their algorithm (CIBA Core §4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backchannel_authentication_request_signing_alg: Option<String>,
    /// `poll` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backchannel_token_delivery_mode: Option<DeliveryMode>,
    /// Needed for ping.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backchannel_client_notification_endpoint: Option<String>,
    /// No person here has a user code: `true` is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backchannel_user_code_parameter: Option<bool>,
    /// Ours: how strongly a decision is tied to the asking screen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification_mode: Option<VerificationMode>,
    /// Ours: answer an unknown person like a known one that never decides, so that nobody can list the usernames.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hide_unknown_users: Option<bool>,
}
