//! The provider's host: where the phone sends its secrets, and the audience of what it signs.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::{Host as UrlHost, Url};

use crate::Error;

/// Scheme and authority of a provider, without trailing slash, exactly as the provider writes it.
///
/// The text is kept as it came, because signed audiences are compared as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Host(String);

impl Host {
    /// Reads a host such as `https://id.example` or `http://127.0.0.1:8080`.
    ///
    /// # Errors
    /// [`Error::Usage`] if it is not one, has a path, user or query, or if it is plain `http` to another machine:
    /// the phone's bearer token would be readable on the way.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let host = Self::parse_danger_plain_http(text)?;
        if host.is_https() || host.is_loopback() {
            return Ok(host);
        }
        Err(Error::usage(format!(
            "{text} is plain http to another machine; use its https address"
        )))
    }

    /// Like [`Host::parse`], but lets plain `http` to another machine through: for closed test networks.
    ///
    /// # Errors
    /// [`Error::Usage`] if the text is not a host.
    pub fn parse_danger_plain_http(text: &str) -> Result<Self, Error> {
        let trimmed = text.strip_suffix('/').unwrap_or(text);
        let refused = || {
            Error::usage(format!(
                "{text} is not a provider's address; write https://NAME[:PORT]"
            ))
        };
        let url = Url::parse(trimmed).map_err(|_| refused())?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let anonymous = url.username().is_empty() && url.password().is_none();
        if !matches!(url.scheme(), "http" | "https") || !bare || !anonymous || trimmed.ends_with('/') {
            return Err(refused());
        }
        Ok(Self(trimmed.to_owned()))
    }

    /// The text, without trailing slash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address of an endpoint; `path` begins with a slash.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// Whether both lead to the same place, however each is spelled (RFC 6454 §5).
    pub(crate) fn same_origin(&self, other: &Self) -> bool {
        match (Url::parse(&self.0), Url::parse(&other.0)) {
            (Ok(ours), Ok(theirs)) => ours.origin() == theirs.origin(),
            _ => false,
        }
    }

    pub(crate) fn is_https(&self) -> bool {
        Url::parse(&self.0).is_ok_and(|url| url.scheme() == "https")
    }

    /// Whether the address never leaves this machine (RFC 8252 §8.3 allows plain http there).
    pub(crate) fn is_loopback(&self) -> bool {
        let Ok(url) = Url::parse(&self.0) else {
            return false;
        };
        match url.host() {
            Some(UrlHost::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(UrlHost::Ipv4(address)) => address.is_loopback(),
            Some(UrlHost::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Host {
    type Error = Error;

    // Whether plain http is acceptable was decided at enrolment; an account that was stored keeps that decision.
    fn try_from(text: String) -> Result<Self, Error> {
        Self::parse_danger_plain_http(&text)
    }
}

impl From<Host> for String {
    fn from(host: Host) -> Self {
        host.0
    }
}
