//! The organisation: a domain and its aliases.

use crate::id::OrganisationId;
use crate::text::fold;
use crate::time::Timestamp;

/// An organisation whose people and machines this provider knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Its id.
    pub id: OrganisationId,
    /// Its domain, for example `onesid1.com`; folded.
    pub domain: String,
    /// Other names that usernames may end in, for example `OnesID1`, as they are shown.
    pub aliases: Vec<String>,
    /// When it was created.
    pub created_at: Timestamp,
}

impl Organisation {
    /// Whether the name is the domain or one of the aliases, in any case.
    #[must_use]
    pub fn answers_to(&self, name: &str) -> bool {
        let key = fold(name);
        fold(&self.domain) == key || self.aliases.iter().any(|alias| fold(alias) == key)
    }

    /// The name that usernames are shown with: the first alias, or else the domain.
    #[must_use]
    pub fn label(&self) -> &str {
        self.aliases.first().unwrap_or(&self.domain)
    }
}
