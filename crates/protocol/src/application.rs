//! Applications: the list that clients may know of (`GET {host}/applications/.well-known`), and what operators write
//! and read (`{host}/applications`; onesid.md §9).

use crate::approval::VerificationMode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// The answer of `GET {host}/applications/.well-known`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApplicationList {
    /// The applications, oldest first, at most as many as were asked for.
    pub applications: Vec<ApplicationItem>,
    /// How many there are in all.
    pub total: usize,
}

/// One application. Published clients fail on a type that they do not know and on a missing host name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationItem {
    /// Its id.
    pub id: Uuid,
    /// Its type: `server`, `server_matrix`, `server_discourse`, `server_oauth2`, `server_blockchain`, `client`,
    /// `client_oidc` or `client_kyc`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its name, shown to people.
    pub name: String,
    /// Its host name; with the scheme of the issuer before it, its address and its `resource` (RFC 8707).
    pub hostname: String,
    /// A sentence about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// A stable name that clients look it up by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_identifier: Option<String>,
    /// Left out of pickers.
    #[serde(default)]
    pub is_hidden: bool,
}

/// What an operator says of an application: the body of `POST {host}/applications`, and what a merge patch is applied
/// to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationRequest {
    /// Its name, shown to people; 1 to 100 characters.
    pub name: String,
    /// Its type, one of the eight words of the list for clients, in lower or upper case.
    #[serde(rename = "type")]
    pub kind: String,
    /// More about it.
    #[serde(default)]
    pub metadata: ApplicationMetadata,
    /// The device that holds its key: the audience of tokens for its resource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<ApplicationDevice>,
    /// Whether people may sign in to it; true when absent.
    #[serde(default = "enabled")]
    pub is_enabled: bool,
}

const fn enabled() -> bool {
    true
}

/// What is known of an application beside name and type.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationMetadata {
    /// Its host name with an optional port, without scheme; no other application has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    /// Depends on another application.
    #[serde(default)]
    pub is_dependent: bool,
    /// A stable name that clients look it up by; no other application has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_identifier: Option<String>,
    /// A sentence about it, at most 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Left out of pickers.
    #[serde(default)]
    pub is_hidden: bool,
    /// How strongly decisions are tied to its screen; as its client registered when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification_mode: Option<VerificationMode>,
}

/// The device of an application, by either of its names; both have to be of one device.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationDevice {
    /// Its device id; absent when the client is a service without a device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// Its client id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
}

/// An application as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StoredApplication {
    /// Its id.
    pub id: Uuid,
    /// What operators said of it; the type is in lower case.
    #[serde(flatten)]
    pub application: ApplicationRequest,
    /// When it was added, RFC 3339 in UTC.
    pub created_at: String,
}

/// The answer of `GET {host}/applications`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StoredApplicationList {
    /// All applications that are not removed, oldest first.
    pub applications: Vec<StoredApplication>,
    /// How many there are.
    pub total: usize,
}
