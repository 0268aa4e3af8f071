use serde::de::Error as _;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Jwk, KeyMaterial};
use crate::base64url;

impl Serialize for Jwk {
    /// Writes the canonical members: the key itself, then `use`, `key_ops`, `alg` and `kid` where they are set.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_map(None)?;
        members.serialize_entry("kty", self.kty())?;
        match &self.material {
            KeyMaterial::Rsa { n, e } => {
                members.serialize_entry("n", &base64url::encode(n))?;
                members.serialize_entry("e", &base64url::encode(e))?;
            }
            KeyMaterial::Ec { curve, x, y } => {
                members.serialize_entry("crv", curve.crv())?;
                members.serialize_entry("x", &base64url::encode(x))?;
                members.serialize_entry("y", &base64url::encode(y))?;
            }
            KeyMaterial::Ed25519 { x } => {
                members.serialize_entry("crv", "Ed25519")?;
                members.serialize_entry("x", &base64url::encode(x))?;
            }
        }
        if let Some(purpose) = &self.use_ {
            members.serialize_entry("use", purpose)?;
        }
        if let Some(ops) = &self.key_ops {
            members.serialize_entry("key_ops", ops)?;
        }
        if let Some(algorithm) = self.alg {
            members.serialize_entry("alg", &algorithm)?;
        }
        if let Some(kid) = &self.kid {
            members.serialize_entry("kid", kid)?;
        }
        members.end()
    }
}

impl<'de> Deserialize<'de> for Jwk {
    /// Reads back what was written; the same refusals as [`Jwk::parse`].
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        Self::parse(&value).map_err(D::Error::custom)
    }
}
