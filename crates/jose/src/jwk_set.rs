use std::collections::HashSet;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::{Jwk, JwkSetError};

/// Enough for a rotation of every algorithm.
const MAX_KEYS: usize = 32;

/// A JWK Set of public keys (RFC 7517 §5) in which a `kid` names at most one key.
///
/// Order is kept: deployed clients take the first key (onesid.md §1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JwkSet {
    keys: Vec<Jwk>,
}

impl JwkSet {
    /// Reads `{"keys": [...]}`; other members are ignored. The set may be empty.
    ///
    /// One bad key refuses the set. RFC 7517 §5 would let us skip it, but these are keys that somebody registers
    /// with us, and a key that silently does not count is found out at the first login.
    ///
    /// # Errors
    /// [`JwkSetError`] if it is no set, has more than 32 keys or two equal `kid`s, or names the key that is refused.
    pub fn parse(value: &Value) -> Result<Self, JwkSetError> {
        let list = value
            .get("keys")
            .and_then(Value::as_array)
            .ok_or(JwkSetError::NotASet)?;
        if list.len() > MAX_KEYS {
            return Err(JwkSetError::TooMany { max: MAX_KEYS });
        }
        let mut keys = Vec::with_capacity(list.len());
        for (index, item) in list.iter().enumerate() {
            keys.push(Jwk::parse(item).map_err(|source| JwkSetError::Key { index, source })?);
        }
        Self::new(keys)
    }

    /// Makes a set of keys that are known to be good.
    ///
    /// # Errors
    /// [`JwkSetError::DuplicateKid`] if two keys have the same `kid`.
    pub fn new(keys: Vec<Jwk>) -> Result<Self, JwkSetError> {
        let mut seen = HashSet::new();
        if keys.iter().filter_map(Jwk::kid).all(|kid| seen.insert(kid)) {
            Ok(Self { keys })
        } else {
            Err(JwkSetError::DuplicateKid)
        }
    }

    /// The keys in their order.
    #[must_use]
    pub fn keys(&self) -> &[Jwk] {
        &self.keys
    }

    /// The key with this `kid`.
    #[must_use]
    pub fn find(&self, kid: &str) -> Option<&Jwk> {
        self.keys.iter().find(|key| key.kid() == Some(kid))
    }
}

impl TryFrom<Vec<Jwk>> for JwkSet {
    type Error = JwkSetError;

    fn try_from(keys: Vec<Jwk>) -> Result<Self, Self::Error> {
        Self::new(keys)
    }
}

impl Serialize for JwkSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Set<'a> {
            keys: &'a [Jwk],
        }
        Set { keys: &self.keys }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for JwkSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Self::parse(&value).map_err(serde::de::Error::custom)
    }
}
