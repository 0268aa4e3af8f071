//! What can go wrong on the phone: one sentence each, with what to do about it.

use std::path::PathBuf;

use countersign_jose::{JwsError, PrivateKeyError};
use countersign_protocol::ErrorCode;

/// Why something was not done. The text is meant for the person at the terminal.
///
/// Text of the provider inside a message has not been made safe for a terminal yet; [`crate::render::neutralise`]
/// does that where it is printed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller asked for something that cannot be asked for: change the command, then try again.
    #[error("{0}")]
    Usage(String),
    /// The provider understood and refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The provider did not take the credential; nothing was kept.
    #[error(
        "{} did not take the credential: {} ({}); {}",
        .0.host, .0.description, .0.code, credential_advice(&.0.code)
    )]
    CredentialRefused(Refusal),
    /// The provider could not be reached, or the connection broke.
    #[error("{host} cannot be reached ({problem}); check the network and the address, then try again")]
    Unreachable {
        /// The provider's host.
        host: String,
        /// What the network said, without addresses of requests.
        problem: String,
    },
    /// The provider answered with something that is not what its documents promise.
    #[error(
        "{host} sent an answer that cannot be used: {problem}; check that the address is a Countersign provider"
    )]
    Answer {
        /// The provider's host.
        host: String,
        /// What is wrong with it.
        problem: String,
    },
    /// What the person would be shown is not what the decision would be bound to.
    #[error(
        "the digest of request {id} does not match what the provider sent to be shown, so nothing was signed; \
         do not approve it, update this program and tell your operator"
    )]
    Digest {
        /// The approval's id.
        id: uuid::Uuid,
    },
    /// The code that the person read on the other screen is not this request's code.
    #[error(
        "the code does not match, so nothing was signed; this request may come from someone else: deny it with --not-me"
    )]
    CodeDiffers,
    /// The folder with the accounts cannot be used as it is.
    #[error("{}: {problem}", path.display())]
    Store {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong and what to do.
        problem: String,
    },
    /// The key cannot be made or read.
    #[error("the private key cannot be used: {0}; remove the account and enrol again")]
    Key(#[from] PrivateKeyError),
    /// A signature could not be made.
    #[error("the message cannot be signed: {0}; remove the account and enrol again")]
    Sign(#[from] JwsError),
    /// The system gave no randomness.
    #[error(transparent)]
    Entropy(#[from] crate::ports::EntropyFailed),
    /// The terminal is gone or cannot be written to.
    #[error("the terminal cannot be used: {0}; run the command again in another one")]
    Terminal(#[from] std::io::Error),
}

/// A refusal of the provider: RFC 6749 §5.2 body, or that of the X.1280 surface, and HTTP status.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{host} refused: {description} ({code}); {}", advice(code))]
pub struct Refusal {
    /// The provider's host.
    pub host: String,
    /// The HTTP status.
    pub status: u16,
    /// The registered code, for example `conflict`.
    pub code: String,
    /// What the provider says about it.
    pub description: String,
}

impl Refusal {
    /// Whether the code is `code`.
    #[must_use]
    pub fn is(&self, code: ErrorCode) -> bool {
        self.code == code.as_str()
    }
}

impl Error {
    /// Whether the same call may succeed later without anything being changed: the network, or a provider that is
    /// overloaded or restarting.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Refused(refusal) => refusal.status == 429 || refusal.status >= 500,
            _ => false,
        }
    }

    /// Whether the provider refused with `code`.
    #[must_use]
    pub fn is_refusal(&self, code: ErrorCode) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.is(code))
    }

    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Self::Usage(text.into())
    }
}

/// What the person can do about a refusal.
fn advice(code: &str) -> &'static str {
    match code {
        "conflict" => "nothing is left to do here; see `history`",
        "not_found" => "see `list` for what is waiting",
        "invalid_client" | "invalid_token" => {
            "check this machine's clock, and ask your operator whether this phone is still allowed"
        }
        "invalid_signature" => "ask your operator whether this phone is still the one of the credential",
        "invalid_otp" => "look at the request again with `list`",
        "invalid_grant" => "ask your operator for a new invitation",
        "too_many_requests" | "temporarily_unavailable" | "server_error" => "wait a moment, then try again",
        _ => "correct it and try again",
    }
}

/// What the person can do about a credential that was not taken.
fn credential_advice(code: &str) -> &'static str {
    match code {
        "conflict" => "ask your operator to revoke what stands in the way, or for another credential",
        "too_many_requests" | "temporarily_unavailable" | "server_error" => "wait a moment, then try again",
        _ => "ask whoever issued it, or your operator",
    }
}
