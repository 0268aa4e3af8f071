use crate::{Container, Content, MAX_AHEAD_SECONDS, VdsError};

/// A credential that a key vouches for. Only [`UnverifiedVds::verify`](crate::UnverifiedVds::verify) makes one.
///
/// Verified is not yet valid: ask [`check_time`](Self::check_time) at every enrolment and at every sign-in, and the
/// store for a revocation.
#[derive(Debug, Clone, PartialEq)]
pub struct VerifiedVds {
    pub(crate) container: Container,
    pub(crate) kid: Option<Vec<u8>>,
    pub(crate) issuer: Option<String>,
    pub(crate) issued_at: Option<i64>,
    pub(crate) not_before: Option<i64>,
    pub(crate) expires_at: Option<i64>,
    pub(crate) content: Content,
}

impl VerifiedVds {
    /// The container that it came in.
    #[must_use]
    pub fn container(&self) -> Container {
        self.container
    }

    /// The reference to the key, as [`UnverifiedVds::kid`](crate::UnverifiedVds::kid) gives it.
    #[must_use]
    pub fn kid(&self) -> Option<&[u8]> {
        self.kid.as_deref()
    }

    /// Who issued it. HC1: `iss` (RFC 8392 §3.1.1). ISO 22376: the nine characters of issuer and certificate. A name
    /// that the issuer gave itself: trust comes from the key that verified, and the caller compares the two.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// When it was issued, in Unix seconds: `iat` (RFC 8392 §3.1.6) or the time in the ISO 22376 header.
    #[must_use]
    pub fn issued_at(&self) -> Option<i64> {
        self.issued_at
    }

    /// From when on it is not accepted, in Unix seconds: `exp` (RFC 8392 §3.1.4), or the `exp` inside claim -65800 if
    /// that is earlier. Two that differ are no error: neither statement is ever exceeded.
    #[must_use]
    pub fn expires_at(&self) -> Option<i64> {
        self.expires_at
    }

    /// What it says.
    #[must_use]
    pub fn content(&self) -> &Content {
        &self.content
    }

    /// What it says, taken out.
    #[must_use]
    pub fn into_content(self) -> Content {
        self.content
    }

    /// Whether it is valid at `now`, in Unix seconds (x1280.md §6).
    ///
    /// A time that the credential does not state is not checked; the caller decides whether it may be absent.
    ///
    /// # Errors
    /// [`VdsError::NotYetValid`] if `iat` or `nbf` is more than [`MAX_AHEAD_SECONDS`] ahead, [`VdsError::Expired`] from
    /// the second of `exp` on, without leeway.
    pub fn check_time(&self, now: i64) -> Result<(), VdsError> {
        let latest = now.saturating_add(MAX_AHEAD_SECONDS);
        if self
            .issued_at
            .max(self.not_before)
            .is_some_and(|start| start > latest)
        {
            return Err(VdsError::NotYetValid);
        }
        if self.expires_at.is_some_and(|end| end <= now) {
            return Err(VdsError::Expired);
        }
        Ok(())
    }
}
