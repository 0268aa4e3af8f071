//! What a service may know of a person by `GET {host}/users/me` (onesid.md §8).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The answer of `GET {host}/users/me`. Published readers index every member, so none is ever absent: what is not
/// known, or was not granted, is an empty string.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserAnswer {
    /// When the person was added, RFC 3339 in UTC.
    pub created_at: String,
    /// The username, `local@organisation`.
    pub username: String,
    /// Its part before the `@`.
    pub username_without_domain: String,
    /// The person's e-mail address; with the scope `contact` only.
    pub email: String,
    /// The person's telephone number; with the scope `contact` only.
    pub phone_number: String,
    /// A form of address; empty here.
    pub title: String,
    /// The given name; empty here, it is given by a consent of its own.
    pub first_name: String,
    /// The family name; empty here, as the given name.
    pub last_name: String,
    /// The same in the person's own script.
    pub additional_info: UserAdditionalInfo,
}

/// Names in the person's own script; empty here, they are given by a consent of their own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserAdditionalInfo {
    /// A form of address.
    pub localized_title: String,
    /// The given name.
    pub localized_first_name: String,
    /// The family name.
    pub localized_last_name: String,
}
