//! Applications: what a person signs in to, and what a `resource` URL names (onesid.md §9).

pub mod add;
pub mod change;
pub mod disable;
mod holder;
pub mod list;
mod members;
pub mod remove;
pub mod resource;
pub mod usable;
pub mod well_known;
mod wire;

use crate::id::{ApplicationId, ClientId};
use crate::time::Timestamp;
use countersign_protocol::approval::VerificationMode;

/// An application that the provider knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// Its id.
    pub id: ApplicationId,
    /// One of the eight known types.
    pub kind: ApplicationType,
    /// Its name, shown to people.
    pub name: String,
    /// Its host name, folded; `scheme://hostname` is the resource that it answers to.
    pub hostname: Option<String>,
    /// A stable name that clients look it up by, for example `vhh-server`.
    pub client_identifier: Option<String>,
    /// A sentence about it.
    pub description: Option<String>,
    /// The client that holds its key: the audience of tokens for its resource.
    pub client_id: Option<ClientId>,
    /// How strongly decisions are tied to its screen; the client's own mode when absent.
    pub verification_mode: Option<VerificationMode>,
    /// Left out of pickers, still listed.
    pub is_hidden: bool,
    /// Depends on another application.
    pub is_dependent: bool,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was disabled; it refuses new sign-ins from then on.
    pub disabled_at: Option<Timestamp>,
    /// When it was removed, for good; it is disabled from then on and has no names.
    pub removed_at: Option<Timestamp>,
}

impl Application {
    /// Whether nobody has said anything of it yet: what the approval of a device makes (onesid.md §2).
    fn is_bare(&self) -> bool {
        self.removed_at.is_none()
            && self.hostname.is_none()
            && self.client_identifier.is_none()
            && self.description.is_none()
            && self.verification_mode.is_none()
    }
}

/// The types of `/applications/.well-known`; published clients fail on any other word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ApplicationType {
    /// A server.
    Server,
    /// A Matrix server.
    ServerMatrix,
    /// A Discourse server.
    ServerDiscourse,
    /// An OAuth 2 server.
    ServerOauth2,
    /// A blockchain node.
    ServerBlockchain,
    /// A client.
    Client,
    /// An OpenID Connect client.
    ClientOidc,
    /// A terminal that registers people.
    ClientKyc,
}

impl ApplicationType {
    /// Every type.
    pub const ALL: [Self; 8] = [
        Self::Server,
        Self::ServerMatrix,
        Self::ServerDiscourse,
        Self::ServerOauth2,
        Self::ServerBlockchain,
        Self::Client,
        Self::ClientOidc,
        Self::ClientKyc,
    ];

    /// The wire word, lower snake case (onesid.md C17).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::ServerMatrix => "server_matrix",
            Self::ServerDiscourse => "server_discourse",
            Self::ServerOauth2 => "server_oauth2",
            Self::ServerBlockchain => "server_blockchain",
            Self::Client => "client",
            Self::ClientOidc => "client_oidc",
            Self::ClientKyc => "client_kyc",
        }
    }

    /// Reads a wire word in any case.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str().eq_ignore_ascii_case(word))
    }
}
