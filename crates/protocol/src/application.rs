//! The list of applications that clients may know of (`GET {host}/applications/.well-known`, onesid.md §9).

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
