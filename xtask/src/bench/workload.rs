//! The paths that are measured.

use super::client;
use super::sign::BATCH;

/// One path through the provider, or of our client library. The last ones leave consents and sign-ins that wait, which
/// the paths before do not expect.
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
    Mutual,
    MutualSocket,
    IdleSockets,
    ValidateRs256,
    ValidateEs256,
    CibaWaits,
}

/// What we want of a path.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Target {
    /// To be at least so many times as fast as the peer.
    TimesPeer(f64),
    /// At least so many a second.
    PerSecond(f64),
    /// Ninety-nine of a hundred in less than so many milliseconds.
    P99Ms(f64),
    /// Less resident memory than so many MB (1 000 000 bytes).
    ResidentMb(f64),
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TimesPeer(times) => write!(f, "≥ {times}"),
            Self::PerSecond(rate) => write!(f, "≥ {rate} a second"),
            Self::P99Ms(ms) => write!(f, "p99 < {ms} ms"),
            Self::ResidentMb(megabytes) => write!(f, "RSS < {megabytes} MB"),
        }
    }
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
            Self::Mutual => "mutual sign-in (X.1280): initiate and verify",
            Self::MutualSocket => "mutual sign-in: approval to WebSocket message, 1024 sockets wait",
            Self::IdleSockets => "mutual sign-in: 10240 sockets connect and wait",
            Self::ValidateRs256 => "our client: validate a JWT, RS256, key cached",
            Self::ValidateEs256 => "our client: validate a JWT, ES256, key cached",
            Self::CibaWaits => "our client: 10240 sign-ins wait in one process",
        }
    }

    /// Whether the peer has nothing like it.
    pub(crate) const fn is_ours_alone(self) -> bool {
        matches!(self, Self::QrStatus | Self::ConsentRequest | Self::ConsentStatus)
            || self.is_mutual()
            || self.is_client()
    }

    /// Whether it is one of mutual sign-in, which has people and services of its own.
    pub(crate) const fn is_mutual(self) -> bool {
        matches!(self, Self::Mutual | Self::MutualSocket | Self::IdleSockets)
    }

    /// Whether our client library is measured, and not the server.
    pub(crate) const fn is_client(self) -> bool {
        matches!(self, Self::ValidateRs256 | Self::ValidateEs256 | Self::CibaWaits)
    }

    /// What we want of it.
    pub(crate) const fn target(self) -> Option<Target> {
        match self {
            Self::ClientCredentials | Self::CibaRequest | Self::PendingPoll => Some(Target::TimesPeer(2.0)),
            Self::Token => Some(Target::TimesPeer(1.3)),
            Self::Cycle => Some(Target::TimesPeer(1.5)),
            Self::Mutual => Some(Target::PerSecond(1000.0)),
            Self::MutualSocket => Some(Target::P99Ms(50.0)),
            Self::IdleSockets => Some(Target::ResidentMb(200.0)),
            Self::CibaWaits => Some(Target::ResidentMb(100.0)),
            Self::Discovery
            | Self::Jwks
            | Self::Introspection
            | Self::Refresh
            | Self::QrStatus
            | Self::ConsentRequest
            | Self::ConsentStatus
            | Self::ValidateRs256
            | Self::ValidateEs256 => None,
        }
    }

    /// Whether our answer waits for the disk.
    pub(crate) const fn is_durable(self) -> bool {
        !matches!(
            self,
            Self::Discovery
                | Self::Jwks
                | Self::QrStatus
                | Self::ConsentStatus
                | Self::IdleSockets
                | Self::ValidateRs256
                | Self::ValidateEs256
        )
    }

    /// Timed requests (sign-ins, approvals or sockets where these are counted) of one round: seconds of work.
    pub(crate) const fn count(self, quick: bool) -> usize {
        let full = match self {
            Self::Discovery | Self::Jwks | Self::ValidateRs256 | Self::ValidateEs256 => 40 * 1024,
            Self::ClientCredentials
            | Self::PendingPoll
            | Self::Introspection
            | Self::QrStatus
            | Self::ConsentStatus => 16 * 1024,
            Self::CibaRequest => 10 * BATCH,
            Self::ConsentRequest => 10 * 1024,
            Self::Token | Self::Refresh => 6 * 1024,
            Self::Cycle => 3 * BATCH,
            Self::Mutual => 8 * BATCH,
            Self::MutualSocket => 4 * BATCH,
            Self::IdleSockets => 10 * BATCH,
            Self::CibaWaits => client::CLIENTS * client::PEOPLE,
        };
        // The memory of a few that wait says nothing about that of many.
        if quick && !matches!(self, Self::IdleSockets | Self::CibaWaits) {
            (full / 16).next_multiple_of(BATCH)
        } else {
            full
        }
    }

    /// Untimed requests before: the peer's compiler needs them, and caches fill.
    pub(crate) const fn warm_up(self, quick: bool) -> usize {
        if quick { BATCH } else { self.count(false) / 8 }
    }

    /// Sockets that wait at the same time.
    pub(crate) const fn sockets(self, quick: bool) -> usize {
        match self {
            Self::MutualSocket => BATCH,
            Self::IdleSockets => self.count(quick),
            _ => 0,
        }
    }
}

impl std::fmt::Display for Workload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.title())
    }
}

#[cfg(test)]
mod tests {
    use super::super::mutual::{PEOPLE, SERVICES};
    use super::{Target, Workload};
    use clap::ValueEnum as _;

    #[test]
    fn what_only_ours_can_do_is_measured_last_and_has_no_target_beside_the_peer() {
        let paths = Workload::value_variants();
        assert!(paths.is_sorted_by_key(|path| path.is_ours_alone()));
        let mut alone = paths.iter().filter(|path| path.is_ours_alone());
        assert!(alone.all(|path| !matches!(path.target(), Some(Target::TimesPeer(_)))));
    }

    #[test]
    fn no_session_is_asked_for_anew_while_its_browser_waits() {
        let mut paths = Workload::value_variants().iter();
        assert!(paths.all(|path| path.sockets(false) <= SERVICES * PEOPLE));
    }
}
