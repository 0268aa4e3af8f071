use std::fmt;
use std::str::FromStr;

use url::Url;

use crate::http::is_loopback;

/// A provider's host: scheme and authority without a trailing slash, for example `https://idp.example.com`.
///
/// The issuer and every address are built from this text by appending a path, as the published clients do
/// (onesid.md §1), so the text is normal from the start: lower-case name, no default port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    origin: String,
    encrypted: bool,
    loopback: bool,
}

/// Why a text is not a provider's host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// Not an `http` or `https` address.
    #[error("`{0}` is not a provider's address; write it like https://idp.example.com")]
    NotAnAddress(String),
    /// The address has a path, a query, a fragment or a user name.
    #[error("`{given}` says more than the host; write it as {origin}")]
    TooMuch {
        /// What was given, without any password.
        given: String,
        /// The part that is a host.
        origin: String,
    },
}

impl Host {
    /// The issuer, `{host}/oidc` (onesid.md §1).
    #[must_use]
    pub fn issuer(&self) -> String {
        self.path("/oidc")
    }

    /// The token endpoint, `{iss}/token`.
    #[must_use]
    pub fn token_endpoint(&self) -> String {
        self.path("/oidc/token")
    }

    /// The registration endpoint for machines (onesid.md §3).
    #[must_use]
    pub fn registration_endpoint(&self) -> String {
        self.path("/devices/registration")
    }

    /// An absolute address on this host; `path` starts with a slash.
    #[must_use]
    pub fn path(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// The text that `device.yml` holds.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.origin
    }

    /// Whether the connection is encrypted (`https`).
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        self.encrypted
    }

    /// Whether the host is this very machine, where nobody can listen in between.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.loopback
    }
}

impl FromStr for Host {
    type Err = HostError;

    fn from_str(text: &str) -> Result<Self, HostError> {
        let not_an_address = || HostError::NotAnAddress(crate::words::printable(text));
        let url = Url::parse(text.trim()).map_err(|_| not_an_address())?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(not_an_address());
        }
        let origin = url.origin().ascii_serialization();
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if !bare || !url.username().is_empty() || url.password().is_some() {
            let mut given = url;
            // A password typed by mistake is not repeated on the screen or in a log.
            let _ = given.set_password(None);
            return Err(HostError::TooMuch {
                given: given.into(),
                origin,
            });
        }
        if url.host().is_none() {
            return Err(not_an_address());
        }
        let loopback = is_loopback(&url);
        Ok(Self {
            origin,
            encrypted: url.scheme() == "https",
            loopback,
        })
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}
