//! The URL of a push service. A phone chooses it and we call it, so it is held to a form in which it can hardly be used
//! to reach into a network of ours (server-side request forgery, ASVS 1.3.6).

use crate::policy::PushPolicy;
use std::fmt;
use url::{Host, Url};

/// Where a push service takes messages for one phone (`endpoint` of the Push API).
///
/// Only the form is looked at here. What the name resolves to is decided when a message is sent, at the address that is
/// then connected to: an answer of the name service now would say nothing about the one then.
#[derive(Clone, PartialEq, Eq)]
pub struct PushEndpoint(Url);

/// Names that never lead out of a machine or its network (RFC 6761, RFC 6762, RFC 8375, ICANN's `internal`).
const LOCAL: [&str; 8] = [
    "localhost",
    "local",
    "internal",
    "home.arpa",
    "lan",
    "intranet",
    "onion",
    "invalid",
];

impl PushEndpoint {
    /// The longest URL, in bytes.
    pub const MAX_BYTES: usize = 2048;

    /// Takes the URL that a phone sends.
    ///
    /// # Errors
    /// What is wrong, as the end of a sentence that begins with "endpoint".
    pub fn parse(text: &str, policy: &PushPolicy) -> Result<Self, &'static str> {
        if text.len() > Self::MAX_BYTES {
            return Err("is longer than 2048 bytes");
        }
        let url = Url::parse(text).map_err(|_| "is not a URL")?;
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return Err("must not have a user, a password or a fragment");
        }
        if policy.danger_private_addresses {
            let usable = matches!(url.scheme(), "http" | "https") && url.has_host();
            return usable.then_some(Self(url)).ok_or("must be an https URL");
        }
        if url.scheme() != "https" {
            return Err("must be an https URL");
        }
        match url.host() {
            Some(Host::Domain(name)) if is_global(name) => {}
            _ => return Err("must name its host by a public domain name"),
        }
        // Ports that other protocols listen on stay out of reach; 443 is the default and not written by the parser.
        if url.port().is_some_and(|port| port <= 1023) {
            return Err("must use port 443 or one above 1023");
        }
        Ok(Self(url))
    }

    /// Takes a URL that was accepted before, as the store keeps it.
    #[must_use]
    pub fn stored(text: &str) -> Option<Self> {
        Url::parse(text).ok().filter(Url::has_host).map(Self)
    }

    /// The URL; whoever knows it can try to send messages to the phone.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The host, for people: it says which push service this is, and no more.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// The origin, `aud` of what we sign for the push service (RFC 8292 §2).
    #[must_use]
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }
}

fn is_global(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let local = |suffix: &&str| {
        name.strip_suffix(*suffix)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    name.contains('.') && !LOCAL.iter().any(local)
}

impl fmt::Debug for PushEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PushEndpoint({})", self.host())
    }
}

#[cfg(test)]
mod tests {
    use super::PushEndpoint;
    use crate::policy::PushPolicy;

    const DANGER: PushPolicy = PushPolicy {
        contact: None,
        danger_private_addresses: true,
    };

    #[test]
    fn a_push_service_on_the_internet_is_taken() {
        let policy = PushPolicy::default();
        for (url, origin) in [
            (
                "https://push.example.net/wpush/v2/abc",
                "https://push.example.net",
            ),
            ("https://push.example.net:443/a", "https://push.example.net"),
            (
                "https://Push.Example.net:8443/a?b=c",
                "https://push.example.net:8443",
            ),
        ] {
            let endpoint = PushEndpoint::parse(url, &policy).unwrap();
            assert_eq!(endpoint.origin(), origin);
            assert_eq!(endpoint.host(), "push.example.net");
            assert_eq!(PushEndpoint::stored(endpoint.as_str()).unwrap(), endpoint);
            assert_eq!(format!("{endpoint:?}"), "PushEndpoint(push.example.net)");
        }
    }

    #[test]
    fn what_could_reach_into_a_network_of_ours_is_refused() {
        let policy = PushPolicy::default();
        let long = format!("https://push.example.net/{}", "a".repeat(2048));
        for url in [
            "",
            "push.example.net",
            "http://push.example.net/a",
            "ftp://push.example.net/a",
            "file:///etc/passwd",
            "data:text/plain,a",
            "https://user@push.example.net/a",
            "https://:pass@push.example.net/a",
            "https://push.example.net/a#b",
            "https://127.0.0.1/a",
            "https://127.1/a",
            "https://2130706433/a",
            "https://0x7f.0.0.1/a",
            "https://0177.0.0.1/a",
            "https://[::1]/a",
            "https://[::ffff:169.254.169.254]/a",
            "https://169.254.169.254/latest/meta-data",
            "https://93.184.216.34/a",
            "https://localhost/a",
            "https://LOCALHOST./a",
            "https://push.localhost/a",
            "https://router/a",
            "https://router./a",
            "https://printer.local/a",
            "https://metadata.google.internal/a",
            "https://nas.home.arpa/a",
            "https://push.example.net:22/a",
            "https://push.example.net:80/a",
            "https://push.example.net:1023/a",
            &long,
        ] {
            assert!(PushEndpoint::parse(url, &policy).is_err(), "{url}");
        }
    }

    #[test]
    fn danger_allows_a_push_service_on_this_machine_and_still_no_other_scheme() {
        for url in [
            "http://127.0.0.1:4000/a",
            "https://localhost/a",
            "http://[::1]:80/",
        ] {
            assert!(PushEndpoint::parse(url, &DANGER).is_ok(), "{url}");
        }
        for url in [
            "file:///etc/passwd",
            "http://user@127.0.0.1/",
            "http://127.0.0.1/#a",
            "unix:/run/a",
        ] {
            assert!(PushEndpoint::parse(url, &DANGER).is_err(), "{url}");
        }
    }
}
