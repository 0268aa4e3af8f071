use std::time::Duration;

use countersign_jose::JwsError;
use reqwest::StatusCode;

use crate::consent::ReceiptError;
use crate::entropy::EntropyError;
use crate::http::HttpError;
use crate::jwks::JwksError;
use crate::provider_metadata::MetadataError;
use crate::signer::SignerError;
use crate::validate::TokenError;

/// Why a call of this library has no result. [`advice`](Self::advice) says what to do about it.
///
/// No message repeats a token, an `auth_req_id` or a key, and texts that came from the provider are safe to print.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// The person has not answered yet (CIBA Core §11). Not a failure: ask again after `interval`.
    #[error("Authorization pending")]
    AuthorizationPending {
        /// How long to wait before the next look.
        interval: Duration,
    },
    /// We asked too soon (CIBA Core §11). `interval` has grown, and stays so for this request.
    #[error("asked too soon; ask again in {} s", interval.as_secs())]
    SlowDown {
        /// How long to wait before the next look.
        interval: Duration,
    },
    /// The provider refused, or has no usable answer: see [`error`](Self::error) and [`status`](Self::status).
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The provider's description of itself cannot be used (OpenID Connect Discovery §4.3).
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    /// The provider's keys cannot be used.
    #[error(transparent)]
    Keys(#[from] JwksError),
    /// A token is not good for us.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The key, or the signing service, did not sign.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// The person did not answer in time (CIBA Core §11).
    #[error("nobody answered in time")]
    Expired,
    /// The QR session is unknown, or its time is over (onesid.md §10.1).
    #[error("the QR session has ended; make a new one")]
    QrSessionEnded,
    /// A consent receipt is not one for us.
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
    /// What was to be signed cannot be written as a JWS.
    #[error("cannot sign: {0}")]
    Sign(#[from] JwsError),
    /// No randomness.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// The provider answered JSON of the right shape that makes no sense.
    #[error("the provider's answer cannot be used: {problem}")]
    Answer {
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The provider does not have what the call needs.
    #[error("the provider does not offer `{what}`")]
    NotOffered {
        /// The member that its discovery document lacks.
        what: &'static str,
    },
    /// The call was made in a way that can never succeed.
    #[error("{0}")]
    Misuse(&'static str),
}

impl ClientError {
    /// `error` of the provider's answer, for example `access_denied` (RFC 6749 §5.2).
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        match self {
            Self::AuthorizationPending { .. } => Some("authorization_pending"),
            Self::SlowDown { .. } => Some("slow_down"),
            Self::Expired => Some("expired_token"),
            _ => self.http()?.code(),
        }
    }

    /// `error_description` of the provider's answer.
    #[must_use]
    pub fn error_description(&self) -> Option<&str> {
        self.http()?.description()
    }

    /// The HTTP status of the provider's answer; 400 for a sign-in that is still pending, as the provider answers it.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::AuthorizationPending { .. } | Self::SlowDown { .. } | Self::Expired => {
                Some(StatusCode::BAD_REQUEST)
            }
            _ => self.http()?.status(),
        }
    }

    /// How long the provider asks to wait (`Retry-After`).
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.http()?.retry_after()
    }

    /// Whether the same call may succeed a little later.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::AuthorizationPending { .. } | Self::SlowDown { .. } => true,
            Self::Keys(error) => *error == JwksError::Unavailable,
            Self::Signer(SignerError::Service(error)) => error.is_passing(),
            _ => self.http().is_some_and(HttpError::is_passing),
        }
    }

    fn http(&self) -> Option<&HttpError> {
        match self {
            Self::Http(error) => Some(error),
            _ => None,
        }
    }
}
