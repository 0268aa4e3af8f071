use serde_json::{Map, Value};

use crate::{JwsError, json};

/// Members that change the meaning of the rest, and are not supported: `crit` (RFC 7515 §4.1.11), `b64` (RFC 7797
/// §3) and `zip` (RFC 7516 §4.1.3). Ignoring them would accept what the signer did not sign.
pub(super) const REFUSED: [&str; 3] = ["crit", "b64", "zip"];

/// The JOSE header of a JWS (RFC 7515 §4). Read before the signature, it is a claim like any other.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    extra: Map<String, Value>,
}

impl Header {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, JwsError> {
        let mut members = json::parse_object(bytes).map_err(JwsError::Header)?;
        if let Some(member) = REFUSED.into_iter().find(|name| members.contains_key(*name)) {
            return Err(JwsError::HeaderRefused { member });
        }
        Ok(Self {
            alg: take_text(&mut members, "alg")?.ok_or(JwsError::HeaderMember { member: "alg" })?,
            kid: take_text(&mut members, "kid")?,
            typ: take_text(&mut members, "typ")?,
            extra: members,
        })
    }

    /// The label of the algorithm, as sent. Deployed devices send wrong ones (onesid.md §4), so it is text here.
    #[must_use]
    pub fn alg(&self) -> &str {
        &self.alg
    }

    /// The key id: a hint for looking up a registered key, never a path or a query.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The media type, for telling kinds of token apart (RFC 8725 §3.11).
    #[must_use]
    pub fn typ(&self) -> Option<&str> {
        self.typ.as_deref()
    }

    /// All other members. `jwk`, `jku`, `x5u` and `x5c` may be among them and are never used as keys.
    #[must_use]
    pub const fn extra(&self) -> &Map<String, Value> {
        &self.extra
    }
}

fn take_text(members: &mut Map<String, Value>, member: &'static str) -> Result<Option<String>, JwsError> {
    match members.remove(member) {
        None => Ok(None),
        Some(Value::String(text)) if !text.is_empty() => Ok(Some(text)),
        Some(_) => Err(JwsError::HeaderMember { member }),
    }
}
