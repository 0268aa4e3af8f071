//! A transaction: every noun's store on one connection.

use crate::failure::fault;
use crate::fields::{Entity, Fields};
use crate::schema::SCHEMA_VERSION;
use countersign_core::failure::Fault;
use countersign_core::store::{
    ApplicationStore, ApprovalStore, AssertionStore, AuditStore, AuthenticatorStore, CibaStore, ClientStore,
    ConsentStore, CredentialStore, DeviceStore, EnrolmentStore, GrantStore, KeyStore, MutualStore,
    OrganisationStore, OutboxStore, PushStore, QrStore, Reading, ServiceStore, TrustStore, UserDataStore,
    UserStore, Verdict, Writing,
};
use rusqlite::{Connection, Params};

/// A transaction that is open on a connection; whoever opened it also ends it.
pub(crate) struct Tx<'c> {
    connection: &'c Connection,
}

impl<'c> Tx<'c> {
    pub(crate) const fn new(connection: &'c Connection) -> Self {
        Self { connection }
    }

    /// Every row as its entity.
    pub(crate) fn all<T: Entity>(&self, sql: &str, params: impl Params) -> Result<Vec<T>, Fault> {
        let mut statement = self.connection.prepare_cached(sql).map_err(fault)?;
        let mut rows = statement.query(params).map_err(fault)?;
        let mut entities = Vec::new();
        while let Some(row) = rows.next().map_err(fault)? {
            entities.push(Fields::new(row, T::TABLE).read()?);
        }
        Ok(entities)
    }

    /// The first row as its entity.
    pub(crate) fn one<T: Entity>(&self, sql: &str, params: impl Params) -> Result<Option<T>, Fault> {
        let mut statement = self.connection.prepare_cached(sql).map_err(fault)?;
        let mut rows = statement.query(params).map_err(fault)?;
        rows.next()
            .map_err(fault)?
            .map(|row| Fields::new(row, T::TABLE).read())
            .transpose()
    }

    /// The first row of a query that always has one.
    pub(crate) fn only<T: Entity>(&self, sql: &str, params: impl Params) -> Result<T, Fault> {
        self.one(sql, params)?
            .ok_or_else(|| Fault::new("a query that counts gave no row; this is a bug"))
    }

    /// Changes rows and says how many.
    pub(crate) fn change(&self, sql: &str, params: impl Params) -> Result<usize, Fault> {
        let mut statement = self.connection.prepare_cached(sql).map_err(fault)?;
        statement.execute(params).map_err(fault)
    }

    /// Changes a row if it is still as the query demands: whether it was decides the race.
    pub(crate) fn wins(&self, sql: &str, params: impl Params) -> Result<bool, Fault> {
        Ok(self.change(sql, params)? > 0)
    }

    /// Changes a row that the caller has seen in this transaction.
    pub(crate) fn must(&self, table: &'static str, sql: &str, params: impl Params) -> Result<(), Fault> {
        if self.wins(sql, params)? {
            Ok(())
        } else {
            Err(missing(table))
        }
    }

    /// Writes the schema version that is there already: a real write and a real flush that change nothing.
    pub(crate) fn write_nothing(&self) -> Result<Verdict, Fault> {
        self.connection
            .pragma_update(None, "user_version", SCHEMA_VERSION)
            .map_err(fault)?;
        Ok(Verdict::Commit)
    }

    /// A number that SQLite tells of the file.
    pub(crate) fn pragma(&self, name: &str) -> Result<u64, Fault> {
        let number: i64 = self
            .connection
            .pragma_query_value(None, name, |row| row.get(0))
            .map_err(fault)?;
        Ok(u64::try_from(number).unwrap_or(0))
    }
}

/// A row that should have been there: the use case looked it up before, so this is a bug of ours.
pub(crate) fn missing(table: &'static str) -> Fault {
    Fault::new(format!(
        "table {table}: the row to change is not there; this is a bug, please report it with the log"
    ))
}

impl Reading for Tx<'_> {
    fn organisations(&self) -> &dyn OrganisationStore {
        self
    }
    fn users(&self) -> &dyn UserStore {
        self
    }
    fn clients(&self) -> &dyn ClientStore {
        self
    }
    fn devices(&self) -> &dyn DeviceStore {
        self
    }
    fn applications(&self) -> &dyn ApplicationStore {
        self
    }
    fn authenticators(&self) -> &dyn AuthenticatorStore {
        self
    }
    fn push(&self) -> &dyn PushStore {
        self
    }
    fn outbox(&self) -> &dyn OutboxStore {
        self
    }
    fn approvals(&self) -> &dyn ApprovalStore {
        self
    }
    fn ciba(&self) -> &dyn CibaStore {
        self
    }
    fn consents(&self) -> &dyn ConsentStore {
        self
    }
    fn user_data(&self) -> &dyn UserDataStore {
        self
    }
    fn qr(&self) -> &dyn QrStore {
        self
    }
    fn services(&self) -> &dyn ServiceStore {
        self
    }
    fn trust_anchors(&self) -> &dyn TrustStore {
        self
    }
    fn credentials(&self) -> &dyn CredentialStore {
        self
    }
    fn enrolments(&self) -> &dyn EnrolmentStore {
        self
    }
    fn mutual_sessions(&self) -> &dyn MutualStore {
        self
    }
    fn grants(&self) -> &dyn GrantStore {
        self
    }
    fn keys(&self) -> &dyn KeyStore {
        self
    }
    fn audit(&self) -> &dyn AuditStore {
        self
    }
}

impl Writing for Tx<'_> {
    fn organisations_mut(&mut self) -> &mut dyn OrganisationStore {
        self
    }
    fn users_mut(&mut self) -> &mut dyn UserStore {
        self
    }
    fn clients_mut(&mut self) -> &mut dyn ClientStore {
        self
    }
    fn assertions_mut(&mut self) -> &mut dyn AssertionStore {
        self
    }
    fn devices_mut(&mut self) -> &mut dyn DeviceStore {
        self
    }
    fn applications_mut(&mut self) -> &mut dyn ApplicationStore {
        self
    }
    fn authenticators_mut(&mut self) -> &mut dyn AuthenticatorStore {
        self
    }
    fn push_mut(&mut self) -> &mut dyn PushStore {
        self
    }
    fn outbox_mut(&mut self) -> &mut dyn OutboxStore {
        self
    }
    fn approvals_mut(&mut self) -> &mut dyn ApprovalStore {
        self
    }
    fn ciba_mut(&mut self) -> &mut dyn CibaStore {
        self
    }
    fn consents_mut(&mut self) -> &mut dyn ConsentStore {
        self
    }
    fn user_data_mut(&mut self) -> &mut dyn UserDataStore {
        self
    }
    fn qr_mut(&mut self) -> &mut dyn QrStore {
        self
    }
    fn services_mut(&mut self) -> &mut dyn ServiceStore {
        self
    }
    fn trust_anchors_mut(&mut self) -> &mut dyn TrustStore {
        self
    }
    fn credentials_mut(&mut self) -> &mut dyn CredentialStore {
        self
    }
    fn enrolments_mut(&mut self) -> &mut dyn EnrolmentStore {
        self
    }
    fn mutual_sessions_mut(&mut self) -> &mut dyn MutualStore {
        self
    }
    fn grants_mut(&mut self) -> &mut dyn GrantStore {
        self
    }
    fn keys_mut(&mut self) -> &mut dyn KeyStore {
        self
    }
    fn audit_mut(&mut self) -> &mut dyn AuditStore {
        self
    }
}
