use std::time::Duration;

use reqwest::StatusCode;

use crate::error::ClientError;
use crate::http::HttpError;
use crate::jwks::JwksError;
use crate::signer::SignerError;

/// What to do about a [`ClientError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advice {
    /// Nothing is wrong, or it will pass: ask the same again after this time.
    Wait(Duration),
    /// A passing failure: the same call may succeed at once.
    Retry,
    /// This attempt is over: the person said no, time ran out, the token is not good, or the provider is not what it
    /// should be. Start anew, or tell the person.
    GiveUp,
    /// The mistake is on this side: the registration, the key, the clock or the parameters.
    Misuse,
}

impl ClientError {
    /// What to do about it.
    ///
    /// ```
    /// use countersign_client::{Advice, ClientError};
    /// use std::time::Duration;
    ///
    /// let interval = Duration::from_secs(3);
    /// assert_eq!(ClientError::AuthorizationPending { interval }.advice(), Advice::Wait(interval));
    /// ```
    #[must_use]
    pub fn advice(&self) -> Advice {
        match self {
            Self::AuthorizationPending { interval } | Self::SlowDown { interval } => Advice::Wait(*interval),
            Self::Http(error) | Self::Signer(SignerError::Service(error)) => of_answer(error),
            Self::Keys(JwksError::Unavailable) | Self::Entropy(_) => Advice::Retry,
            Self::Expired
            | Self::QrSessionEnded
            | Self::Receipt(_)
            | Self::Token(_)
            | Self::Metadata(_)
            | Self::Keys(_)
            | Self::Answer { .. }
            | Self::NotOffered { .. } => Advice::GiveUp,
            Self::Signer(_) | Self::Sign(_) | Self::Misuse(_) => Advice::Misuse,
        }
    }
}

fn of_answer(error: &HttpError) -> Advice {
    match (error.retry_after(), error.is_passing()) {
        (Some(pause), true) => Advice::Wait(pause),
        (None, true) => Advice::Retry,
        (_, false) => match (error.code(), error.status()) {
            (Some(code), _) => of_code(code),
            (None, Some(status)) => of_status(status),
            (None, None) => Advice::GiveUp,
        },
    }
}

/// RFC 9110 §15.5: a refusal without a code is of how the call was made, unless what it asks for is gone.
fn of_status(status: StatusCode) -> Advice {
    match status {
        StatusCode::NOT_FOUND | StatusCode::GONE => Advice::GiveUp,
        status if status.is_client_error() => Advice::Misuse,
        _ => Advice::GiveUp,
    }
}

/// RFC 6749 §5.2, RFC 8707 §2, CIBA Core §11 and §13: whose fault a code speaks of.
fn of_code(code: &str) -> Advice {
    match code {
        "invalid_request"
        | "invalid_client"
        | "unauthorized_client"
        | "unsupported_grant_type"
        | "invalid_scope"
        | "invalid_target"
        | "invalid_binding_message"
        | "missing_user_code"
        | "request_uri_not_supported"
        | "registration_not_supported"
        | "insufficient_scope"
        | "unsupported_token_type" => Advice::Misuse,
        _ => Advice::GiveUp,
    }
}
