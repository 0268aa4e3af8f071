//! Consents for personal data.

use crate::fields::{Entity, Fields};
use crate::tx::Tx;
use countersign_core::consent::Consent;
use countersign_core::failure::Fault;
use countersign_core::id::{ApprovalId, ConsentId, UserId};
use countersign_core::store::ConsentStore;
use countersign_core::time::Timestamp;
use rusqlite::params;

impl Entity for Consent {
    const TABLE: &'static str = "consents";

    fn read(fields: &mut Fields<'_>) -> Result<Self, Fault> {
        Ok(Self {
            id: ConsentId(fields.uuid()?),
            approval_id: ApprovalId(fields.uuid()?),
            client_id: fields.client_id()?,
            user_id: UserId(fields.uuid()?),
            resource: fields.text()?,
            requested_at: fields.time()?,
            receipt: fields.optional_text()?,
            revoked_at: fields.optional_time()?,
        })
    }
}

impl ConsentStore for Tx<'_> {
    fn by_id(&self, id: ConsentId) -> Result<Option<Consent>, Fault> {
        self.one(sql!("consent/by_id"), params![id.0.as_bytes()])
    }

    fn given_by(&self, user: UserId) -> Result<Vec<Consent>, Fault> {
        self.all(sql!("consent/given_by"), params![user.0.as_bytes()])
    }

    fn list(&self) -> Result<Vec<Consent>, Fault> {
        self.all(sql!("consent/list"), [])
    }

    fn insert(&mut self, consent: &Consent) -> Result<(), Fault> {
        self.change(
            sql!("consent/insert"),
            params![
                consent.id.0.as_bytes(),
                consent.approval_id.0.as_bytes(),
                consent.client_id.as_str(),
                consent.user_id.0.as_bytes(),
                consent.resource,
                consent.requested_at.millis(),
                consent.receipt,
                consent.revoked_at.map(Timestamp::millis),
            ],
        )?;
        Ok(())
    }

    fn keep_receipt(&mut self, id: ConsentId, receipt: &str) -> Result<bool, Fault> {
        self.wins(sql!("consent/keep_receipt"), params![receipt, id.0.as_bytes()])
    }

    fn revoke(&mut self, id: ConsentId, at: Timestamp) -> Result<bool, Fault> {
        self.wins(sql!("consent/revoke"), params![at.millis(), id.0.as_bytes()])
    }
}
