//! The paths that are measured.

use super::sign::BATCH;

/// One path through the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Workload {
    Discovery,
    Jwks,
    ClientCredentials,
    CibaRequest,
    PendingPoll,
    Token,
    Introspection,
    Refresh,
    Cycle,
}

impl Workload {
    /// What the table says.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Discovery => "discovery",
            Self::Jwks => "JWKS",
            Self::ClientCredentials => "client_credentials, ES256 assertion",
            Self::CibaRequest => "CIBA request, RS256 assertion and request object",
            Self::PendingPoll => "pending poll, RS256 assertion",
            Self::Token => "token with RS256 ID token",
            Self::Introspection => "introspection, ES256 assertion",
            Self::Refresh => "refresh with RS256 ID token",
            Self::Cycle => "whole sign-in: CIBA request and token",
        }
    }

    /// How many times as fast as the peer we want to be.
    pub(crate) const fn target(self) -> Option<f64> {
        match self {
            Self::ClientCredentials | Self::CibaRequest | Self::PendingPoll => Some(2.0),
            Self::Token => Some(1.3),
            Self::Cycle => Some(1.5),
            Self::Discovery | Self::Jwks | Self::Introspection | Self::Refresh => None,
        }
    }

    /// Whether our answer waits for the disk.
    pub(crate) const fn is_durable(self) -> bool {
        !matches!(self, Self::Discovery | Self::Jwks)
    }

    /// Timed requests (sign-ins for the whole cycle) of one round: seconds of work for the peer.
    pub(crate) const fn count(self, quick: bool) -> usize {
        let full = match self {
            Self::Discovery | Self::Jwks => 40 * 1024,
            Self::ClientCredentials | Self::PendingPoll | Self::Introspection => 16 * 1024,
            Self::CibaRequest => 10 * 1024,
            Self::Token | Self::Refresh => 6 * 1024,
            Self::Cycle => 10 * BATCH,
        };
        if quick {
            (full / 16).next_multiple_of(BATCH)
        } else {
            full
        }
    }

    /// Untimed requests before: the peer's compiler needs them, and caches fill.
    pub(crate) const fn warm_up(self, quick: bool) -> usize {
        if quick { BATCH } else { self.count(false) / 8 }
    }
}

impl std::fmt::Display for Workload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.title())
    }
}
