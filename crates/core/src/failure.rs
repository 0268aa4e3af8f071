//! An error knows its audience: a [`Refusal`] is theirs and may be told, a [`Fault`] is ours and is logged once.

use countersign_protocol::ErrorCode;
use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::time::Duration;

/// Why a use case did not give what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The caller's side: told as it is.
    #[error(transparent)]
    Refusal(#[from] Refusal),
    /// Our side: the caller only learns `server_error` or `temporarily_unavailable`.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// The result of a use case.
pub type Outcome<T> = Result<T, Failure>;

/// A no with a registered code and a description that says what to change. It must hold no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The registered code; it fixes the HTTP status.
    pub code: ErrorCode,
    /// For the engineer who reads the answer; never empty, printable ASCII and punctuation (RFC 6749 §5.2).
    pub description: Cow<'static, str>,
    /// When to come back, for limits.
    pub retry_after: Option<Duration>,
}

impl Refusal {
    /// A refusal with a code and a description. What RFC 6749 §5.2 does not allow in a description (quotes of a parser's
    /// message, what a caller sent) is replaced.
    pub fn new(code: ErrorCode, description: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            description: printable(description.into()),
            retry_after: None,
        }
    }

    /// `invalid_request` with a description.
    pub fn invalid_request(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InvalidRequest, description)
    }

    /// `invalid_grant` with a description.
    pub fn invalid_grant(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InvalidGrant, description)
    }

    /// `invalid_client` with a description.
    pub fn invalid_client(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InvalidClient, description)
    }

    /// `not_found` with a description.
    pub fn not_found(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::NotFound, description)
    }

    /// `conflict` with a description.
    pub fn conflict(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::Conflict, description)
    }

    /// `too_many_requests`: come back after `retry_after`.
    pub fn too_many_requests(retry_after: Duration, description: impl Into<Cow<'static, str>>) -> Self {
        Self {
            retry_after: Some(retry_after),
            ..Self::new(ErrorCode::TooManyRequests, description)
        }
    }
}

/// RFC 6749 §5.2: `%x20-21 / %x23-5B / %x5D-7E`, nothing that could end a line or a quoted string.
fn printable(description: Cow<'static, str>) -> Cow<'static, str> {
    let legal = |c: char| matches!(c, ' '..='~') && c != '"' && c != '\\';
    if description.chars().all(legal) {
        return description;
    }
    let replaced = |c: char| match c {
        '"' => '\'',
        c if legal(c) => c,
        _ => '?',
    };
    Cow::Owned(description.chars().map(replaced).collect())
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.description)
    }
}

impl Error for Refusal {}

/// Something on our side is broken: a failing store, a row that is no state, a key that does not open.
#[derive(Debug)]
pub struct Fault {
    what: Cow<'static, str>,
    temporary: bool,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl Fault {
    /// A fault that will not go away by itself.
    pub fn new(what: impl Into<Cow<'static, str>>) -> Self {
        Self {
            what: what.into(),
            temporary: false,
            source: None,
        }
    }

    /// A fault that a later try may not meet (store busy, disk full): the caller sees `temporarily_unavailable`.
    pub fn temporary(what: impl Into<Cow<'static, str>>) -> Self {
        Self {
            what: what.into(),
            temporary: true,
            source: None,
        }
    }

    /// A row that is no state of its entity: names table, row and reason.
    pub fn corrupt(table: &'static str, row: impl fmt::Display, reason: impl fmt::Display) -> Self {
        Self::new(format!(
            "table {table}, row {row}: {reason}; restore a backup or repair the row"
        ))
    }

    /// Adds the cause, for the log.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Whether a later try may succeed.
    #[must_use]
    pub const fn is_temporary(&self) -> bool {
        self.temporary
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl Error for Fault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source
            .as_deref()
            .map(|source| source as &(dyn Error + 'static))
    }
}
