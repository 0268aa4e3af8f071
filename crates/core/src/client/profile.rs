//! Client profiles: one type with named switches, decided once when the client is loaded (decisions.md).
//! No endpoint asks "is this a legacy client?" in its own words.

use countersign_jose::Algorithm;
use std::time::Duration;

/// How a client may speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Profile {
    /// Devices registered by `/devices/registration`, with every quirk of onesid.md §4.
    OnesId,
    /// CIBA Core as it is written.
    Standard,
    /// FAPI-CIBA: signed requests only, PS256 or ES256.
    FapiCiba,
    /// A service of X.1280: it has no grants of OAuth, and keys only when it wants to prove itself with an assertion
    /// (X.1280 profile §1, §7).
    X1280,
}

/// What the `aud` of an assertion may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AudiencePolicy {
    /// The six values of onesid.md §4, string or array.
    OnesId,
    /// Issuer, token endpoint or backchannel endpoint (CIBA Core §7.1), string or array.
    Standard,
    /// The same values, but one value only.
    OneValue,
}

/// When a signed authentication request is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestObjectPolicy {
    /// Always (and only the legacy endpoint allows the short form of onesid.md C2).
    Required,
    /// Only when the client registered an algorithm for it (CIBA Core §4).
    WhenRegistered,
    /// Always, with every one of iss aud iat nbf exp jti, and `exp - nbf` at most an hour (FAPI-CIBA §5.2.2).
    RequiredInFull,
}

/// How signatures of the client are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignaturePolicy {
    /// The registered key decides; the header's label is not trusted (onesid.md §4).
    KeyDecides,
    /// The header's `alg` must be one of the list and fit the key.
    HeaderMustMatch,
}

impl Profile {
    /// Every profile.
    pub const ALL: [Self; 4] = [Self::OnesId, Self::Standard, Self::FapiCiba, Self::X1280];

    /// The word in client metadata.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OnesId => "onesid",
            Self::Standard => "standard",
            Self::FapiCiba => "fapi_ciba",
            Self::X1280 => "x1280",
        }
    }

    /// Reads the word in client metadata.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.as_str() == word)
    }

    /// Algorithms that the client may sign with.
    #[must_use]
    pub const fn algorithms(self) -> &'static [Algorithm] {
        use Algorithm::{EdDsa, Es256, Es384, Es512, Ps256, Rs256};
        match self {
            Self::OnesId => &[Rs256, Es256, Es384, Es512],
            Self::Standard | Self::X1280 => &[Rs256, Ps256, Es256, Es384, EdDsa],
            Self::FapiCiba => &[Ps256, Es256],
        }
    }

    /// How signatures are read.
    #[must_use]
    pub const fn signatures(self) -> SignaturePolicy {
        match self {
            Self::OnesId => SignaturePolicy::KeyDecides,
            Self::Standard | Self::FapiCiba | Self::X1280 => SignaturePolicy::HeaderMustMatch,
        }
    }

    /// What `aud` may be.
    #[must_use]
    pub const fn audiences(self) -> AudiencePolicy {
        match self {
            Self::OnesId => AudiencePolicy::OnesId,
            Self::Standard | Self::X1280 => AudiencePolicy::Standard,
            Self::FapiCiba => AudiencePolicy::OneValue,
        }
    }

    /// The longest life of what the old tools send without the claims that would make it one use (onesid.md C2, C5).
    pub const LONGEST_REUSE: Duration = Duration::from_secs(300);

    /// Whether an assertion without `nbf` and with one in its header may be used again until it ends (onesid.md C5).
    #[must_use]
    pub const fn reuses_assertions(self) -> bool {
        matches!(self, Self::OnesId)
    }

    /// Whether the client may use grants of OAuth, and so must have a key to authenticate with.
    #[must_use]
    pub const fn has_grants(self) -> bool {
        !matches!(self, Self::X1280)
    }

    /// When a signed request is needed.
    #[must_use]
    pub const fn request_object(self) -> RequestObjectPolicy {
        match self {
            Self::OnesId => RequestObjectPolicy::Required,
            Self::Standard | Self::X1280 => RequestObjectPolicy::WhenRegistered,
            Self::FapiCiba => RequestObjectPolicy::RequiredInFull,
        }
    }

    /// Whether a `login_hint_token` on the legacy endpoint may hold a username (onesid.md C3).
    #[must_use]
    pub const fn username_as_login_hint_token(self) -> bool {
        matches!(self, Self::OnesId)
    }

    /// `interval` of the answer: what a client should wait between two polls.
    #[must_use]
    pub const fn interval(self) -> Duration {
        match self {
            Self::OnesId => Duration::from_secs(3),
            Self::Standard | Self::FapiCiba | Self::X1280 => Duration::from_secs(5),
        }
    }

    /// Whether the client understands `slow_down` (onesid.md §5.2: published clients abort).
    #[must_use]
    pub const fn slows_down(self) -> bool {
        matches!(self, Self::Standard | Self::FapiCiba)
    }

    /// Whether an unknown scope is ignored (onesid.md §6.3) or refused.
    #[must_use]
    pub const fn ignores_unknown_scopes(self) -> bool {
        matches!(self, Self::OnesId)
    }

    /// Whether a binding message is required, since FAPI-CIBA §5.2.2 wants a unique authorization context.
    #[must_use]
    pub const fn needs_binding_message(self) -> bool {
        matches!(self, Self::FapiCiba)
    }
}
