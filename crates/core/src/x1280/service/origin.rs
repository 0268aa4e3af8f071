//! Origins of web pages.

use std::net::{Ipv4Addr, Ipv6Addr};
use url::{Host, Url};

/// An origin as browsers send it (RFC 6454 §6.2): scheme, host and, unless it is the scheme's own, port.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct WebOrigin(String);

impl WebOrigin {
    /// Reads an origin; a slash at the end is forgiven. `None` when it has a path, user or query, or when others on the
    /// network could change its pages: `http` is for this machine only.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok().filter(is_protected)?;
        let plain = url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        plain.then(|| Self(url.origin().ascii_serialization()))
    }

    /// The origin's text, to compare with the `Origin` header byte by byte.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether what is at a URL reaches the browser as it was sent: `https`, or `http` from this machine.
pub(super) fn is_protected(url: &Url) -> bool {
    match url.scheme() {
        "https" => url.has_host(),
        "http" => is_loopback(url),
        _ => false,
    }
}

/// RFC 6761 §6.3 for the name; the numbers as browsers take them.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => Ipv4Addr::is_loopback(&address),
        Some(Host::Ipv6(address)) => Ipv6Addr::is_loopback(&address),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::WebOrigin;

    #[test]
    fn an_origin_is_kept_as_browsers_send_it() {
        for (given, kept) in [
            ("https://Shop.example", "https://shop.example"),
            ("https://shop.example/", "https://shop.example"),
            ("https://shop.example:443", "https://shop.example"),
            ("https://shop.example:8443", "https://shop.example:8443"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
            ("http://localhost", "http://localhost"),
            ("http://[::1]:80", "http://[::1]"),
        ] {
            assert_eq!(WebOrigin::parse(given).unwrap().as_str(), kept);
        }
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for wrong in [
            "",
            "*",
            "null",
            "shop.example",
            "https://",
            "https://shop.example/cart",
            "https://shop.example?x",
            "https://shop.example/#x",
            "https://user@shop.example",
            "ftp://shop.example",
            "file:///etc",
            "http://shop.example",
            "http://192.168.1.1",
            "http://localhost.example",
        ] {
            assert!(WebOrigin::parse(wrong).is_none(), "{wrong}");
        }
    }
}
