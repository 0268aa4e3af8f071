//! Trust anchors.

use crate::fields::{Entity, Fields};
use crate::tx::Tx;
use countersign_core::failure::Fault;
use countersign_core::id::TrustAnchorId;
use countersign_core::store::TrustStore;
use countersign_core::time::Timestamp;
use countersign_core::x1280::TrustAnchor;
use countersign_core::x1280::trust::{AnchorUsage, KeyReference};
use rusqlite::params;

impl Entity for TrustAnchor {
    const TABLE: &'static str = "trust_anchors";

    fn read(fields: &mut Fields<'_>) -> Result<Self, Fault> {
        Ok(Self {
            id: TrustAnchorId(fields.uuid()?),
            name: fields.text()?,
            issuer: fields.text()?,
            reference: fields.blob_as(KeyReference::new)?,
            usage: fields.text_as(AnchorUsage::parse)?,
            jwk: fields.text()?,
            not_before: fields.optional_time()?,
            not_after: fields.optional_time()?,
            added_at: fields.time()?,
            removed_at: fields.optional_time()?,
        })
    }
}

impl TrustStore for Tx<'_> {
    fn by_id(&self, id: TrustAnchorId) -> Result<Option<TrustAnchor>, Fault> {
        self.one(sql!("x1280/trust_by_id"), params![id.0.as_bytes()])
    }

    fn by_reference(&self, reference: &KeyReference) -> Result<Vec<TrustAnchor>, Fault> {
        self.all(sql!("x1280/trust_by_reference"), params![reference.as_bytes()])
    }

    fn list(&self) -> Result<Vec<TrustAnchor>, Fault> {
        self.all(sql!("x1280/trust_list"), [])
    }

    fn insert(&mut self, anchor: &TrustAnchor) -> Result<(), Fault> {
        self.change(
            sql!("x1280/trust_insert"),
            params![
                anchor.id.0.as_bytes(),
                anchor.name,
                anchor.issuer,
                anchor.reference.as_bytes(),
                anchor.usage.as_str(),
                anchor.jwk,
                anchor.not_before.map(Timestamp::millis),
                anchor.not_after.map(Timestamp::millis),
                anchor.added_at.millis(),
                anchor.removed_at.map(Timestamp::millis),
            ],
        )?;
        Ok(())
    }

    fn remove(&mut self, id: TrustAnchorId, at: Timestamp) -> Result<bool, Fault> {
        self.wins(sql!("x1280/trust_remove"), params![at.millis(), id.0.as_bytes()])
    }
}
