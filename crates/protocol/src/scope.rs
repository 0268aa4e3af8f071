//! The `scope` parameter: a space-separated set that keeps its order (RFC 6749 §3.3).

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// An ordered set of scope tokens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScopeList(Vec<String>);

/// A scope parameter contains a character that RFC 6749 §3.3 does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("scope contains a character that RFC 6749, section 3.3, does not allow")]
pub struct ScopeSyntaxError;

impl ScopeList {
    /// Reads a space-separated list; repeated tokens are kept once.
    ///
    /// # Errors
    /// A token holds a character outside `%x21 / %x23-5B / %x5D-7E`.
    pub fn parse(text: &str) -> Result<Self, ScopeSyntaxError> {
        let mut scopes = Self::default();
        for token in text.split(' ').filter(|token| !token.is_empty()) {
            if !token
                .bytes()
                .all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
            {
                return Err(ScopeSyntaxError);
            }
            scopes.insert(token);
        }
        Ok(scopes)
    }

    /// Adds a token at the end unless it is there already.
    pub fn insert(&mut self, token: &str) {
        if !self.contains(token) {
            self.0.push(token.to_owned());
        }
    }

    /// Whether the token is in the set.
    #[must_use]
    pub fn contains(&self, token: &str) -> bool {
        self.0.iter().any(|have| have == token)
    }

    /// Whether there is no token at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The tokens in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The tokens that `keep` accepts, in the same order.
    #[must_use]
    pub fn filtered(&self, keep: impl Fn(&str) -> bool) -> Self {
        Self(self.0.iter().filter(|token| keep(token)).cloned().collect())
    }

    /// Whether every token of `self` is also in `other`.
    #[must_use]
    pub fn is_subset_of(&self, other: &Self) -> bool {
        self.iter().all(|token| other.contains(token))
    }
}

impl fmt::Display for ScopeList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

impl Serialize for ScopeList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ScopeList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}
