mod person;
mod read;
mod service;

use std::fmt;

use ciborium::Value;

use crate::VdsError;
use read::Members;

pub use person::PersonClaims;
pub use service::ServiceClaims;

/// What a credential says (x1280.md §6).
#[derive(Clone, PartialEq)]
pub enum Content {
    /// A person: the map under claim -65800 has a `tid`.
    Person(PersonClaims),
    /// A service: the map under claim -65800 has a `sid`.
    Service(ServiceClaims),
    /// Somebody else's credential, as it stands. HC1: the whole map of CWT claims. ISO 22376: the values by their
    /// place in the manifest, from 0.
    Other(Vec<(Value, Value)>),
}

impl Content {
    /// The id by which a credential is known and revoked: `tid` or `sid`; `None` for somebody else's credential.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Person(person) => Some(&person.token_id),
            Self::Service(service) => Some(&service.service_id),
            Self::Other(_) => None,
        }
    }

    /// Reads the map under claim -65800, and its own `exp` in Unix seconds.
    ///
    /// Members that we do not know are passed over. A map that could be read as a person and as a service is refused:
    /// the key that vouches for the one may not be trusted for the other.
    pub(crate) fn read(value: &Value) -> Result<(Self, Option<i64>), VdsError> {
        let members = Members::of(value)?;
        let content = match (members.has_any(&person::NAMES), members.has_any(&service::NAMES)) {
            (true, false) => PersonClaims::read(&members).map(Self::Person),
            (false, true) => ServiceClaims::read(&members).map(Self::Service),
            (true, true) => Err(VdsError::claim("-65800", "mixes a person and a service")),
            (false, false) => Err(VdsError::claim("-65800", "has neither `tid` nor `sid`")),
        }?;
        Ok((content, members.seconds("exp")?))
    }

    /// Writes the map for claim -65800.
    pub(crate) fn write(&self, expires_at: Option<i64>) -> Result<Value, VdsError> {
        let written = match self {
            Self::Person(person) => Value::serialized(person),
            Self::Service(service) => Value::serialized(service),
            Self::Other(_) => return Err(VdsError::NotIssued),
        };
        let mut value = written.map_err(|_| VdsError::Signing)?;
        if let (Value::Map(map), Some(seconds), Self::Person(_)) = (&mut value, expires_at, self) {
            map.push((Value::from("exp"), Value::from(seconds)));
        }
        Ok(value)
    }
}

/// Shows ids only: the claims are personal data and do not belong into logs.
impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(person) => person.fmt(f),
            Self::Service(service) => service.fmt(f),
            Self::Other(claims) => write!(f, "Other({} claims)", claims.len()),
        }
    }
}
