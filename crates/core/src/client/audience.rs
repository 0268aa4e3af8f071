//! Whom a client's JWTs may be meant for: the values of `aud` (RFC 7523 §3, item 3; CIBA Core §7.1.1).

use super::authenticate::Endpoint;
use super::profile::{AudiencePolicy, Profile};
use crate::provider::Host;
use countersign_protocol::ciba::OneOrMany;
use std::fmt;

/// The values that `aud` of an assertion or of a signed request may take at one endpoint. They are compared where they
/// stand, and only written out to be told: every request asks, hardly any is refused.
#[derive(Debug, Clone, Copy)]
pub struct Audiences<'h> {
    host: &'h Host,
    issuer: bool,
    endpoints: &'static [Endpoint],
    called: Endpoint,
}

impl<'h> Audiences<'h> {
    /// Those of the endpoint that is called, for clients of a profile.
    #[must_use]
    pub const fn at(host: &'h Host, profile: Profile, called: Endpoint) -> Self {
        // Who signs assertions for others, as a signing service does, must not give the machine away with them.
        if matches!(called, Endpoint::DeviceKey) {
            return Self {
                host,
                issuer: false,
                endpoints: &[],
                called,
            };
        }
        let endpoints: &[Endpoint] = match profile.audiences() {
            AudiencePolicy::OnesId => &[
                Endpoint::Token,
                Endpoint::Backchannel,
                Endpoint::Introspection,
                Endpoint::BcAuthorize,
            ],
            AudiencePolicy::Standard | AudiencePolicy::OneValue => &[Endpoint::Token, Endpoint::Backchannel],
        };
        Self {
            host,
            issuer: true,
            endpoints,
            called,
        }
    }

    /// Whether one of the values is ours.
    #[must_use]
    pub fn any_in(&self, aud: &OneOrMany) -> bool {
        aud.iter().any(|value| {
            (self.issuer && self.host.is_issuer(value))
                || self.endpoints().any(|endpoint| endpoint.is_at(self.host, value))
        })
    }

    fn endpoints(&self) -> impl Iterator<Item = Endpoint> {
        let called = (!self.endpoints.contains(&self.called)).then_some(self.called);
        self.endpoints.iter().copied().chain(called)
    }
}

/// All of them, for the client that named none.
impl fmt::Display for Audiences<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let issuer = self.issuer.then(|| self.host.issuer());
        let endpoints = self.endpoints().map(|endpoint| endpoint.url(self.host));
        let all: Vec<_> = issuer.into_iter().chain(endpoints).collect();
        f.write_str(&all.join(", "))
    }
}
