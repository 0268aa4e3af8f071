//! People.

use crate::fields::{Entity, Fields};
use crate::tx::Tx;
use countersign_core::failure::Fault;
use countersign_core::id::{OrganisationId, UserId};
use countersign_core::store::UserStore;
use countersign_core::text::Username;
use countersign_core::time::Timestamp;
use countersign_core::user::{IdpRole, User};
use rusqlite::params;

impl Entity for User {
    const TABLE: &'static str = "users";

    fn read(fields: &mut Fields<'_>) -> Result<Self, Fault> {
        let id = UserId(fields.uuid()?);
        let organisation_id = OrganisationId(fields.uuid()?);
        let local_key = fields.text()?;
        let username = fields.text_as(Username::parse)?;
        if username.local_key() != local_key {
            return Err(fields.corrupt("local_key is not the folded first part of username"));
        }
        Ok(Self {
            id,
            organisation_id,
            username,
            role: fields.text_as(IdpRole::parse)?,
            name: fields.optional_text()?,
            created_at: fields.time()?,
            disabled_at: fields.optional_time()?,
        })
    }
}

impl UserStore for Tx<'_> {
    fn by_id(&self, id: UserId) -> Result<Option<User>, Fault> {
        self.one(sql!("user/by_id"), params![id.0.as_bytes()])
    }

    fn by_username(&self, username: &Username) -> Result<Option<User>, Fault> {
        self.one(
            sql!("user/by_username"),
            params![username.organisation_key(), username.local_key()],
        )
    }

    fn list(&self) -> Result<Vec<User>, Fault> {
        self.all(sql!("user/list"), [])
    }

    fn insert(&mut self, user: &User) -> Result<(), Fault> {
        self.change(
            sql!("user/insert"),
            params![
                user.id.0.as_bytes(),
                user.organisation_id.0.as_bytes(),
                user.username.local_key(),
                user.username.as_str(),
                user.role.as_str(),
                user.name,
                user.created_at.millis(),
                user.disabled_at.map(Timestamp::millis),
            ],
        )?;
        Ok(())
    }

    fn set_disabled(&mut self, id: UserId, at: Option<Timestamp>) -> Result<(), Fault> {
        self.must(
            User::TABLE,
            sql!("user/set_disabled"),
            params![at.map(Timestamp::millis), id.0.as_bytes()],
        )
    }
}
