//! Who holds a bearer token (RFC 6750): found out anew at every call, so a revocation counts at once.

use super::{AccessToken, Grant, TokenSubject};
use crate::authenticator::Authenticator;
use crate::device::Device;
use crate::failure::{Fault, Outcome, Refusal};
use crate::id::{ClientId, DeviceId, UserId};
use crate::provider::Provider;
use crate::secret::OpaqueToken;
use crate::store::Reading;
use crate::time::Timestamp;
use crate::user::User;
use countersign_protocol::ErrorCode;

/// The bearer of a living access token.
#[derive(Debug, Clone)]
pub enum Bearer {
    /// A machine.
    Device(DeviceBearer),
    /// A person's phone.
    Phone(PhoneBearer),
    /// A registered service with its own token.
    Service(ClientId),
    /// A person, through a client's grant.
    Person(PersonBearer),
}

/// A machine with its own token.
#[derive(Debug, Clone)]
pub struct DeviceBearer {
    /// The machine.
    pub device: Device,
}

/// A phone with its own token.
#[derive(Debug, Clone)]
pub struct PhoneBearer {
    /// The phone.
    pub authenticator: Authenticator,
    /// The person it belongs to.
    pub user: User,
    /// When the token ends: an event stream ends with it.
    pub expires_at: Timestamp,
}

/// A person's token in the hands of a client.
#[derive(Debug, Clone)]
pub struct PersonBearer {
    /// The person.
    pub user: User,
    /// The grant behind the token.
    pub grant: Grant,
}

impl Bearer {
    /// The machine.
    ///
    /// # Errors
    /// `insufficient_scope`: the token is not a device's.
    pub fn device(&self) -> Result<&DeviceBearer, Refusal> {
        match self {
            Self::Device(device) => Ok(device),
            Self::Phone(_) | Self::Service(_) | Self::Person(_) => {
                Err(insufficient("the access token of a device is needed here"))
            }
        }
    }

    /// The phone.
    ///
    /// # Errors
    /// `insufficient_scope`: the token is not a phone's.
    pub fn phone(&self) -> Result<&PhoneBearer, Refusal> {
        match self {
            Self::Phone(phone) => Ok(phone),
            Self::Device(_) | Self::Service(_) | Self::Person(_) => Err(insufficient(
                "the access token of an authenticator is needed here",
            )),
        }
    }

    /// The person.
    ///
    /// # Errors
    /// `insufficient_scope`: the token is not a person's.
    pub fn person(&self) -> Result<&PersonBearer, Refusal> {
        match self {
            Self::Person(person) => Ok(person),
            Self::Device(_) | Self::Phone(_) | Self::Service(_) => Err(insufficient(
                "the access token of a person, won by a sign-in, is needed here",
            )),
        }
    }

    /// The person, if they may change what operators change.
    ///
    /// # Errors
    /// `insufficient_scope`: not a person's token, or their `idp_role` is neither `master` nor `admin`.
    pub fn operator(&self) -> Result<&PersonBearer, Refusal> {
        let person = self.person()?;
        if person.user.role.may_operate() {
            Ok(person)
        } else {
            Err(insufficient("the idp_role master or admin is needed here"))
        }
    }

    /// The person, if they may read what operators read.
    ///
    /// # Errors
    /// `insufficient_scope`: not a person's token, or their `idp_role` is `user`.
    pub fn reader(&self) -> Result<&PersonBearer, Refusal> {
        let person = self.person()?;
        if person.user.role.may_read() {
            Ok(person)
        } else {
            Err(insufficient(
                "the idp_role master, admin or auditor is needed here",
            ))
        }
    }
}

fn insufficient(description: &'static str) -> Refusal {
    Refusal::new(ErrorCode::InsufficientScope, description)
}

/// Finds the bearer of a token at one of our own endpoints.
///
/// # Errors
/// `invalid_token`: unknown, expired, revoked, or made for somebody else's resource.
pub async fn authenticate(provider: &Provider, token: &str) -> Outcome<Bearer> {
    if token.is_empty() || token.len() > countersign_jose::MAX_COMPACT_LEN {
        return Err(invalid().into());
    }
    let digest = OpaqueToken::presented(token).digest();
    let now = provider.clock.now();
    provider
        .store
        .read(move |tx| {
            let token = tx.grants().access_token(&digest)?.ok_or_else(invalid)?;
            let bearer = living(tx, &token, now)?.ok_or_else(invalid)?;
            // RFC 8707 §2: a token for another service's resource opens nothing here, or that service could replay it.
            match &bearer {
                Bearer::Person(person) if person.grant.audience.is_some() => Err(invalid().into()),
                _ => Ok(bearer),
            }
        })
        .await
}

fn invalid() -> Refusal {
    Refusal::new(
        ErrorCode::InvalidToken,
        "the access token is unknown, expired, revoked or not meant for this endpoint; get a new one",
    )
}

/// The bearer of a stored token, if the token and everything behind it is alive.
///
/// # Errors
/// A fault of the store.
pub fn living(tx: &dyn Reading, token: &AccessToken, now: Timestamp) -> Result<Option<Bearer>, Fault> {
    if now >= token.expires_at || token.revoked_at.is_some() {
        return Ok(None);
    }
    let client = tx.clients().by_id(&token.client_id)?;
    if client.is_none_or(|client| client.disabled_at.is_some()) {
        return Ok(None);
    }
    Ok(match token.subject {
        TokenSubject::Device(id) => living_device(tx, id)?,
        TokenSubject::Authenticator(user) => living_phone(tx, token, user)?,
        TokenSubject::Service => Some(Bearer::Service(token.client_id.clone())),
        TokenSubject::Grant(id) => match tx.grants().by_id(id)?.filter(|grant| grant.revoked_at.is_none()) {
            Some(grant) => {
                living_user(tx, grant.user_id)?.map(|user| Bearer::Person(PersonBearer { user, grant }))
            }
            None => None,
        },
    })
}

fn living_device(tx: &dyn Reading, id: DeviceId) -> Result<Option<Bearer>, Fault> {
    let device = tx
        .devices()
        .by_id(id)?
        .filter(|device| device.suspended_at.is_none() && device.revoked_at.is_none());
    Ok(device.map(|device| Bearer::Device(DeviceBearer { device })))
}

fn living_phone(tx: &dyn Reading, token: &AccessToken, user: UserId) -> Result<Option<Bearer>, Fault> {
    let phones = tx.authenticators().of_user(user)?;
    let phone = phones
        .into_iter()
        .find(|phone| phone.client_id == token.client_id && phone.revoked_at.is_none());
    let (Some(authenticator), Some(user)) = (phone, living_user(tx, user)?) else {
        return Ok(None);
    };
    Ok(Some(Bearer::Phone(PhoneBearer {
        authenticator,
        user,
        expires_at: token.expires_at,
    })))
}

fn living_user(tx: &dyn Reading, id: UserId) -> Result<Option<User>, Fault> {
    Ok(tx.users().by_id(id)?.filter(|user| user.disabled_at.is_none()))
}
