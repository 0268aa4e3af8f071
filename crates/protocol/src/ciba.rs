//! Client-initiated backchannel authentication (CIBA Core).

use crate::approval::VerificationMode;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

/// The grant type of the token leg (CIBA Core §10.1).
pub const GRANT_TYPE: &str = "urn:openid:params:grant-type:ciba";

/// How a client learns that a decision was made (CIBA Core §5). `ping` and `push` are known, `poll` is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryMode {
    /// The client asks at the token endpoint.
    #[default]
    Poll,
    /// We tell the client to ask.
    Ping,
    /// We send the tokens; FAPI-CIBA forbids it and we refuse to register it.
    Push,
}

/// The authentication request parameters, as form members or as claims of the signed `request` (CIBA Core §7.1, §7.1.1).
///
/// Numbers and strings are both read for `requested_expiry`; `resource` may be a string or an array with one entry.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuthenticationRequest {
    /// Space-separated scopes; required.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Bearer token for ping; ignored for poll clients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_notification_token: Option<String>,
    /// Space-separated authentication context classes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr_values: Option<String>,
    /// A token that names the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_hint_token: Option<String>,
    /// An ID token that we issued before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_token_hint: Option<String>,
    /// The username.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_hint: Option<String>,
    /// The text that both screens show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binding_message: Option<String>,
    /// A secret of the person; no person here has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_code: Option<String>,
    /// Seconds that the request may live, a positive integer, number or string.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "text_or_number"
    )]
    pub requested_expiry: Option<String>,
    /// The URL of the service that the access token is for (RFC 8707).
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "one_or_only"
    )]
    pub resource: Option<String>,
    /// The QR session that this request continues (onesid.md §10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qr_session_id: Option<String>,
}

fn text_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    match Option::<serde_json::Value>::deserialize(deserializer)? {
        None | Some(serde_json::Value::Null) => Ok(None),
        Some(serde_json::Value::String(text)) => Ok(Some(text)),
        Some(serde_json::Value::Number(number)) => Ok(Some(number.to_string())),
        Some(_) => Err(serde::de::Error::custom("must be a number or a string")),
    }
}

fn one_or_only<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    match Option::<OneOrMany>::deserialize(deserializer)? {
        None => Ok(None),
        Some(OneOrMany::One(text)) => Ok(Some(text)),
        Some(OneOrMany::Many(mut list)) if list.len() <= 1 => Ok(list.pop()),
        Some(OneOrMany::Many(_)) => Err(serde::de::Error::custom("must name one resource")),
    }
}

/// A member that is a string or an array of strings (`aud`, `resource`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany {
    /// A single string.
    One(String),
    /// An array.
    Many(Vec<String>),
}

impl OneOrMany {
    /// Whether the value is among the entries.
    #[must_use]
    pub fn contains(&self, value: &str) -> bool {
        self.iter().any(|have| have == value)
    }

    /// The entries.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let slice = match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many.as_slice(),
        };
        slice.iter().map(String::as_str)
    }
}

/// The answer of `POST {iss}/backchannel` and `POST {iss}/bc-authorize` (CIBA Core §7.3).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuthenticationAnswer {
    /// The handle that the client polls with: a secret, single use.
    pub auth_req_id: String,
    /// Seconds until the request ends.
    pub expires_in: u64,
    /// Seconds to wait between two polls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<u64>,
    /// Ours: the code that the other screen shows; present unless the mode is `none`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification: Option<VerificationToShow>,
}

/// What the screen that asked shows to the person, so that the phone's request can be tied to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VerificationToShow {
    /// The mode in force.
    pub mode: VerificationMode,
    /// The code to display.
    pub code: String,
}
