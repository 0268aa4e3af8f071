//! The provider's signing keys, sealed.

use crate::fields::{Entity, Fields};
use crate::tx::Tx;
use countersign_core::failure::Fault;
use countersign_core::keys::{KeyPurpose, SigningKey};
use countersign_core::store::KeyStore;
use countersign_core::time::Timestamp;
use rusqlite::params;

impl Entity for SigningKey {
    const TABLE: &'static str = "signing_keys";

    fn read(fields: &mut Fields<'_>) -> Result<Self, Fault> {
        Ok(Self {
            kid: fields.text()?,
            purpose: fields.text_as(KeyPurpose::parse)?,
            algorithm: fields.text_as(|name| name.parse().ok())?,
            sealed: fields.blob()?,
            jwk: fields.text()?,
            announced_at: fields.time()?,
            active_at: fields.time()?,
            retained_at: fields.optional_time()?,
            retired_at: fields.optional_time()?,
            revoked_at: fields.optional_time()?,
        })
    }
}

impl KeyStore for Tx<'_> {
    /// Every key: which of them are retired is a matter of the present, which the ring knows.
    fn list(&self) -> Result<Vec<SigningKey>, Fault> {
        self.all(sql!("keys/list"), [])
    }

    fn insert(&mut self, key: &SigningKey) -> Result<(), Fault> {
        self.change(
            sql!("keys/insert"),
            params![
                key.kid,
                key.purpose.as_str(),
                key.algorithm.name(),
                key.sealed,
                key.jwk,
                key.announced_at.millis(),
                key.active_at.millis(),
                key.retained_at.map(Timestamp::millis),
                key.retired_at.map(Timestamp::millis),
                key.revoked_at.map(Timestamp::millis),
            ],
        )?;
        Ok(())
    }

    fn update_times(&mut self, key: &SigningKey) -> Result<(), Fault> {
        self.must(
            SigningKey::TABLE,
            sql!("keys/update_times"),
            params![
                key.announced_at.millis(),
                key.active_at.millis(),
                key.retained_at.map(Timestamp::millis),
                key.retired_at.map(Timestamp::millis),
                key.revoked_at.map(Timestamp::millis),
                key.kid,
            ],
        )
    }
}
