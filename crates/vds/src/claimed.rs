use crate::Content;

/// What a credential says of itself, believed by nobody. Another type than [`VerifiedVds`](crate::VerifiedVds), so that
/// it cannot be taken for one.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimedVds {
    pub(crate) issuer: Option<String>,
    pub(crate) expires_at: Option<i64>,
    pub(crate) content: Content,
}

impl ClaimedVds {
    /// Who is said to have issued it.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// From when on it is not accepted, in Unix seconds.
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
}
