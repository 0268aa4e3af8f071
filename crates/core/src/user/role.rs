//! `idp_role`: what a person may do at this provider (decisions.md).

use std::fmt;

/// The role of a person; the wire words are lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IdpRole {
    /// Everything, also to appoint other operators.
    Master,
    /// Approves devices, adds people and applications.
    Admin,
    /// Reads what operators read, changes nothing.
    Auditor,
    /// Signs in.
    User,
}

impl IdpRole {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Master, Self::Admin, Self::Auditor, Self::User];

    /// The wire word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Master => "master",
            Self::Admin => "admin",
            Self::Auditor => "auditor",
            Self::User => "user",
        }
    }

    /// Reads a wire word in any case.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str().eq_ignore_ascii_case(word))
    }

    /// Whether the person may decide about devices, people and applications.
    #[must_use]
    pub const fn may_operate(self) -> bool {
        matches!(self, Self::Master | Self::Admin)
    }

    /// Whether the person may read what operators read.
    #[must_use]
    pub const fn may_read(self) -> bool {
        matches!(self, Self::Master | Self::Admin | Self::Auditor)
    }
}

impl fmt::Display for IdpRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
