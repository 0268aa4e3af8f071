//! The paths that are measured.

use super::sign::BATCH;

/// One path through the provider. The last ones leave consents that wait, which no path after them expects.
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
    QrStatus,
    ConsentRequest,
    ConsentStatus,
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
            Self::QrStatus => "QR status polling",
            Self::ConsentRequest => "consent request",
            Self::ConsentStatus => "consent status, pending",
        }
    }

    /// Whether the peer has nothing like it.
    pub(crate) const fn is_ours_alone(self) -> bool {
        matches!(self, Self::QrStatus | Self::ConsentRequest | Self::ConsentStatus)
    }

    /// How many times as fast as the peer we want to be.
    pub(crate) const fn target(self) -> Option<f64> {
        match self {
            Self::ClientCredentials | Self::CibaRequest | Self::PendingPoll => Some(2.0),
            Self::Token => Some(1.3),
            Self::Cycle => Some(1.5),
            Self::Discovery
            | Self::Jwks
            | Self::Introspection
            | Self::Refresh
            | Self::QrStatus
            | Self::ConsentRequest
            | Self::ConsentStatus => None,
        }
    }

    /// Whether our answer waits for the disk.
    pub(crate) const fn is_durable(self) -> bool {
        !matches!(
            self,
            Self::Discovery | Self::Jwks | Self::QrStatus | Self::ConsentStatus
        )
    }

    /// Timed requests (sign-ins for the whole cycle) of one round: seconds of work for the peer.
    pub(crate) const fn count(self, quick: bool) -> usize {
        let full = match self {
            Self::Discovery | Self::Jwks => 40 * 1024,
            Self::ClientCredentials
            | Self::PendingPoll
            | Self::Introspection
            | Self::QrStatus
            | Self::ConsentStatus => 16 * 1024,
            Self::CibaRequest => 10 * BATCH,
            Self::ConsentRequest => 10 * 1024,
            Self::Token | Self::Refresh => 6 * 1024,
            Self::Cycle => 3 * BATCH,
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

#[cfg(test)]
mod tests {
    use super::Workload;
    use clap::ValueEnum as _;

    #[test]
    fn what_only_ours_can_do_is_measured_last_and_has_no_target() {
        let paths = Workload::value_variants();
        assert!(paths.is_sorted_by_key(|path| path.is_ours_alone()));
        let mut alone = paths.iter().filter(|path| path.is_ours_alone());
        assert!(alone.all(|path| path.target().is_none()));
    }
}
