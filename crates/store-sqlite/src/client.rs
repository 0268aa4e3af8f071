//! OAuth clients, and the assertions that they used.

use crate::fields::{Entity, Fields};
use crate::tx::Tx;
use countersign_core::client::{ClientKind, ClientRecord};
use countersign_core::failure::Fault;
use countersign_core::id::{AuthenticatorId, ClientId, DeviceId, UserId};
use countersign_core::store::{AssertionStore, ClientStore};
use countersign_core::time::Timestamp;
use countersign_jose::hash::sha256;
use rusqlite::params;

impl Entity for ClientRecord {
    const TABLE: &'static str = "clients";

    fn read(fields: &mut Fields<'_>) -> Result<Self, Fault> {
        Ok(Self {
            id: fields.client_id()?,
            kind: kind(fields)?,
            metadata: fields.text()?,
            created_at: fields.time()?,
            disabled_at: fields.optional_time()?,
        })
    }
}

fn kind(fields: &mut Fields<'_>) -> Result<ClientKind, Fault> {
    let word = fields.text()?;
    let device = fields.optional_uuid()?.map(DeviceId);
    let authenticator = fields.optional_uuid()?.map(AuthenticatorId);
    let user = fields.optional_uuid()?.map(UserId);
    match (word.as_str(), device, authenticator, user) {
        ("device", Some(device), None, None) => Ok(ClientKind::Device(device)),
        ("authenticator", None, Some(authenticator_id), Some(user_id)) => Ok(ClientKind::Authenticator {
            authenticator_id,
            user_id,
        }),
        ("service", None, None, None) => Ok(ClientKind::Service),
        _ => Err(fields.corrupt("kind and the ids behind it do not fit")),
    }
}

impl ClientStore for Tx<'_> {
    fn by_id(&self, id: &ClientId) -> Result<Option<ClientRecord>, Fault> {
        self.one(sql!("client/by_id"), params![id.as_str()])
    }

    fn is_usable(&self, id: &ClientId) -> Result<bool, Fault> {
        let found: Option<i64> = self.one(sql!("client/is_usable"), params![id.as_str()])?;
        Ok(found.is_some())
    }

    fn list(&self) -> Result<Vec<ClientRecord>, Fault> {
        self.all(sql!("client/list"), [])
    }

    fn insert(&mut self, client: &ClientRecord) -> Result<(), Fault> {
        let (kind, device, authenticator, user) = match client.kind {
            ClientKind::Device(device) => ("device", Some(device), None, None),
            ClientKind::Authenticator {
                authenticator_id,
                user_id,
            } => ("authenticator", None, Some(authenticator_id), Some(user_id)),
            ClientKind::Service => ("service", None, None, None),
        };
        self.change(
            sql!("client/insert"),
            params![
                client.id.as_str(),
                kind,
                device.map(|id| id.0.into_bytes()),
                authenticator.map(|id| id.0.into_bytes()),
                user.map(|id| id.0.into_bytes()),
                client.metadata,
                client.created_at.millis(),
                client.disabled_at.map(Timestamp::millis),
            ],
        )?;
        Ok(())
    }

    fn set_disabled(&mut self, id: &ClientId, at: Option<Timestamp>) -> Result<(), Fault> {
        let params = params![at.map(Timestamp::millis), id.as_str()];
        self.must(ClientRecord::TABLE, sql!("client/set_disabled"), params)
    }

    fn replace_metadata(&mut self, id: &ClientId, before: &str, after: &str) -> Result<bool, Fault> {
        self.wins(
            sql!("client/replace_metadata"),
            params![after, id.as_str(), before],
        )
    }
}

/// What is kept of a `jti`, in bytes: half a SHA-256 over client and `jti`. A client that finds two of its own with one
/// digest has locked itself out of one request.
const SPENT_DIGEST_LEN: usize = 16;

impl AssertionStore for Tx<'_> {
    fn spend(&mut self, client: &ClientId, jti: &str, expires_at: Timestamp) -> Result<bool, Fault> {
        // The byte between the two is one that no client id has.
        let digest = sha256(&[client.as_str().as_bytes(), &[0], jti.as_bytes()].concat());
        let (half, _) = digest.split_at(SPENT_DIGEST_LEN);
        self.wins(sql!("client/spend_assertion"), params![expires_at.millis(), half])
    }
}
