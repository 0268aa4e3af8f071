//! An account: what a phone knows about itself at one provider, apart from its key.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Host;

/// One enrolled phone of one person at one provider. Kept as `account.json` beside the private key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The OAuth client id of this phone: also the name of its folder in the store.
    pub client_id: String,
    /// Id of the authenticator at the provider.
    pub id: Uuid,
    /// The person.
    pub user_id: Uuid,
    /// The person's username.
    pub username: String,
    /// The provider's host: the audience of what the phone signs.
    pub host: Host,
    /// Another address of the provider to connect to, if one was given at enrolment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<Host>,
    /// The OpenID issuer: audience of the phone's client assertions.
    pub issuer: String,
    /// The name of this phone, chosen by the person.
    pub name: String,
    /// RFC 7638 thumbprint of the phone's key: what both screens show, and the `kid` of its signatures.
    pub thumbprint: String,
    /// When it was enrolled, Unix seconds.
    pub enrolled_at: i64,
}

impl Account {
    /// Where the phone connects to.
    #[must_use]
    pub fn address(&self) -> &Host {
        self.server.as_ref().unwrap_or(&self.host)
    }

    /// Whether `name` is this account's username (compared without regard to case) or its client id.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        self.client_id == name || self.username.to_lowercase() == name.to_lowercase()
    }
}

/// Whether a client id can be the name of a folder: it comes from the provider and must not lead out of the store.
pub(crate) fn is_safe_client_id(client_id: &str) -> bool {
    (1..=64).contains(&client_id.len())
        && client_id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}
