use serde::{Deserialize, Serialize};

use super::read::Members;
use crate::VdsError;

/// The members that make a map a service's.
pub(super) const NAMES: [&str; 6] = ["sid", "name", "url", "logo", "scopes", "aud"];

/// The claims about a service (x1280.md §6), under the names that they have in the credential when serialized.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceClaims {
    /// `sid`: the `serviceId`, 1 to 256 visible ASCII characters.
    #[serde(rename = "sid")]
    pub service_id: String,
    /// `name`: what people call the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `url`: where the service is found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// `logo`: the URL of its logo.
    #[serde(rename = "logo", default, skip_serializing_if = "Option::is_none")]
    pub logo_url: Option<String>,
    /// `scopes`: what it may ask for; empty when the credential does not say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// `aud`: the audience of the identities that it is given.
    #[serde(rename = "aud", default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
}

impl ServiceClaims {
    /// A service of which nothing is known but the id.
    #[must_use]
    pub fn new(service_id: impl Into<String>) -> Self {
        Self {
            service_id: service_id.into(),
            name: None,
            url: None,
            logo_url: None,
            scopes: Vec::new(),
            audience: None,
        }
    }

    pub(super) fn read(members: &Members<'_>) -> Result<Self, VdsError> {
        Ok(Self {
            service_id: members.id("sid")?,
            name: members.text("name")?,
            url: members.text("url")?,
            logo_url: members.text("logo")?,
            scopes: members.texts("scopes")?,
            audience: members.text("aud")?,
        })
    }
}
