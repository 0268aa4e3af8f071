//! Organisations and the names they answer to.

use crate::fields::{Entity, Fields};
use crate::tx::Tx;
use countersign_core::failure::Fault;
use countersign_core::id::OrganisationId;
use countersign_core::store::OrganisationStore;
use countersign_core::text::fold;
use countersign_core::user::Organisation;
use rusqlite::params;

impl Entity for Organisation {
    const TABLE: &'static str = "organisations";

    fn read(fields: &mut Fields<'_>) -> Result<Self, Fault> {
        Ok(Self {
            id: OrganisationId(fields.uuid()?),
            domain: fields.text()?,
            aliases: Vec::new(),
            created_at: fields.time()?,
        })
    }
}

impl Tx<'_> {
    /// The aliases are rows of their own, in their order.
    fn with_aliases(&self, mut organisation: Organisation) -> Result<Organisation, Fault> {
        organisation.aliases = self.all(
            sql!("organisation/aliases"),
            params![organisation.id.0.as_bytes()],
        )?;
        Ok(organisation)
    }
}

impl OrganisationStore for Tx<'_> {
    fn by_name(&self, folded: &str) -> Result<Option<Organisation>, Fault> {
        let found = self.one(sql!("organisation/by_name"), params![folded])?;
        found
            .map(|organisation| self.with_aliases(organisation))
            .transpose()
    }

    fn by_id(&self, id: OrganisationId) -> Result<Option<Organisation>, Fault> {
        let found = self.one(sql!("organisation/by_id"), params![id.0.as_bytes()])?;
        found
            .map(|organisation| self.with_aliases(organisation))
            .transpose()
    }

    fn list(&self) -> Result<Vec<Organisation>, Fault> {
        let found = self.all(sql!("organisation/list"), [])?;
        found
            .into_iter()
            .map(|organisation| self.with_aliases(organisation))
            .collect()
    }

    fn insert(&mut self, organisation: &Organisation) -> Result<(), Fault> {
        let id = organisation.id.0.as_bytes();
        self.change(
            sql!("organisation/insert"),
            params![id, organisation.domain, organisation.created_at.millis()],
        )?;
        let names = std::iter::once(&organisation.domain).chain(&organisation.aliases);
        for (position, name) in (0_i64..).zip(names) {
            self.change(
                sql!("organisation/insert_name"),
                params![fold(name), id, position, name],
            )?;
        }
        Ok(())
    }
}
