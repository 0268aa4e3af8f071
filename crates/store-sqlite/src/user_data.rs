//! People's personal data, sealed.

use crate::fields::{Entity, Fields};
use crate::tx::Tx;
use countersign_core::failure::Fault;
use countersign_core::id::UserId;
use countersign_core::store::UserDataStore;
use countersign_core::user::data::SealedDatum;
use countersign_protocol::consent::ClaimName;
use rusqlite::params;

impl Entity for SealedDatum {
    const TABLE: &'static str = "user_data";

    fn read(fields: &mut Fields<'_>) -> Result<Self, Fault> {
        Ok(Self {
            user_id: UserId(fields.uuid()?),
            name: fields.text_as(ClaimName::parse)?,
            sealed: fields.blob()?,
            updated_at: fields.time()?,
        })
    }
}

impl UserDataStore for Tx<'_> {
    fn of_user(&self, user: UserId) -> Result<Vec<SealedDatum>, Fault> {
        self.all(sql!("user_data/of_user"), params![user.0.as_bytes()])
    }

    fn put(&mut self, datum: &SealedDatum) -> Result<(), Fault> {
        self.change(
            sql!("user_data/put"),
            params![
                datum.user_id.0.as_bytes(),
                datum.name.as_str(),
                datum.sealed,
                datum.updated_at.millis(),
            ],
        )?;
        Ok(())
    }

    fn remove(&mut self, user: UserId, name: ClaimName) -> Result<bool, Fault> {
        self.wins(
            sql!("user_data/remove"),
            params![user.0.as_bytes(), name.as_str()],
        )
    }
}
