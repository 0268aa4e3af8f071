//! Applications.

use crate::fields::{Entity, Fields};
use crate::tx::Tx;
use countersign_core::application::{Application, ApplicationType};
use countersign_core::failure::Fault;
use countersign_core::id::{ApplicationId, ClientId};
use countersign_core::store::ApplicationStore;
use countersign_core::time::Timestamp;
use countersign_protocol::approval::VerificationMode;
use rusqlite::params;

impl Entity for Application {
    const TABLE: &'static str = "applications";

    fn read(fields: &mut Fields<'_>) -> Result<Self, Fault> {
        Ok(Self {
            id: ApplicationId(fields.uuid()?),
            kind: fields.text_as(ApplicationType::parse)?,
            name: fields.text()?,
            hostname: fields.optional_text()?,
            client_identifier: fields.optional_text()?,
            description: fields.optional_text()?,
            client_id: fields.optional(Fields::client_id)?,
            verification_mode: fields.optional(|column| column.text_as(VerificationMode::parse))?,
            is_hidden: fields.flag()?,
            is_dependent: fields.flag()?,
            created_at: fields.time()?,
            disabled_at: fields.optional_time()?,
            removed_at: fields.optional_time()?,
        })
    }
}

impl ApplicationStore for Tx<'_> {
    fn by_id(&self, id: ApplicationId) -> Result<Option<Application>, Fault> {
        self.one(sql!("application/by_id"), params![id.0.as_bytes()])
    }

    fn by_hostname(&self, hostname: &str) -> Result<Option<Application>, Fault> {
        self.one(sql!("application/by_hostname"), params![hostname])
    }

    /// Chosen here: there is one or there are few, and to sort them the database would make a table for each sign-in.
    fn by_client(&self, client: &ClientId) -> Result<Option<Application>, Fault> {
        let all: Vec<Application> = self.all(sql!("application/of_client"), params![client.as_str()])?;
        // A removed one answers only when nothing stands in its place: its client may not sign anybody in. A device becomes
        // an application by itself; one that an operator added with a host name says more.
        Ok(all.into_iter().min_by_key(|application| {
            let (removed, nameless) = (application.removed_at.is_some(), application.hostname.is_none());
            (removed, nameless, application.created_at, application.id.0)
        }))
    }

    fn list(&self) -> Result<Vec<Application>, Fault> {
        self.all(sql!("application/list"), [])
    }

    fn insert(&mut self, application: &Application) -> Result<bool, Fault> {
        self.wins(
            sql!("application/insert"),
            params![
                application.id.0.as_bytes(),
                application.kind.as_str(),
                application.name,
                application.hostname,
                application.client_identifier,
                application.description,
                application.client_id.as_ref().map(ClientId::as_str),
                application.verification_mode.map(VerificationMode::as_str),
                application.is_hidden,
                application.is_dependent,
                application.created_at.millis(),
                application.disabled_at.map(Timestamp::millis),
                application.removed_at.map(Timestamp::millis),
            ],
        )
    }

    fn update(&mut self, application: &Application) -> Result<bool, Fault> {
        self.wins(
            sql!("application/update"),
            params![
                application.kind.as_str(),
                application.name,
                application.hostname,
                application.client_identifier,
                application.description,
                application.client_id.as_ref().map(ClientId::as_str),
                application.verification_mode.map(VerificationMode::as_str),
                application.is_hidden,
                application.is_dependent,
                application.disabled_at.map(Timestamp::millis),
                application.id.0.as_bytes(),
            ],
        )
    }

    fn remove(&mut self, id: ApplicationId, at: Timestamp) -> Result<bool, Fault> {
        self.wins(sql!("application/remove"), params![at.millis(), id.0.as_bytes()])
    }

    fn set_disabled(&mut self, id: ApplicationId, at: Option<Timestamp>) -> Result<(), Fault> {
        let params = params![at.map(Timestamp::millis), id.0.as_bytes()];
        self.must(Application::TABLE, sql!("application/set_disabled"), params)
    }
}
