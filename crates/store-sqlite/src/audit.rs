//! The audit log, and the sweeping of what is over.

use crate::fields::{Entity, Fields};
use crate::tx::Tx;
use countersign_core::audit::{AuditHead, AuditRecord};
use countersign_core::failure::Fault;
use countersign_core::store::{AuditStore, Swept};
use countersign_core::time::Timestamp;
use rusqlite::params;

impl Entity for AuditRecord {
    const TABLE: &'static str = "audit_records";

    fn read(fields: &mut Fields<'_>) -> Result<Self, Fault> {
        Ok(Self {
            seq: fields.number()?,
            at: fields.time()?,
            actor: fields.text()?,
            action: fields.text()?,
            subject: fields.text()?,
            detail: fields.text()?,
            previous: fields.bytes()?,
            hash: fields.bytes()?,
        })
    }
}

impl Entity for AuditHead {
    const TABLE: &'static str = "audit_head";

    fn read(fields: &mut Fields<'_>) -> Result<Self, Fault> {
        Ok(Self {
            seq: fields.number()?,
            hash: fields.bytes()?,
            mac: fields.bytes()?,
        })
    }
}

/// What ends and is kept for a while, so that a late client learns why it was refused.
const TOMBSTONES: [&str; 11] = [
    sql!("audit/sweep_ciba_requests"),
    sql!("audit/sweep_access_tokens"),
    sql!("audit/sweep_refresh_tokens"),
    sql!("audit/sweep_invitations"),
    sql!("audit/sweep_login_hint_tokens"),
    sql!("audit/sweep_device_registrations"),
    sql!("audit/sweep_outbox"),
    sql!("audit/sweep_qr_sessions"),
    sql!("audit/sweep_qr_scans"),
    sql!("audit/sweep_x1280_sessions"),
    sql!("audit/sweep_enrolment_challenges"),
];

impl AuditStore for Tx<'_> {
    fn head(&self) -> Result<Option<AuditHead>, Fault> {
        self.one(sql!("audit/head"), [])
    }

    fn page(&self, after_seq: i64, limit: u32) -> Result<Vec<AuditRecord>, Fault> {
        self.all(sql!("audit/page"), params![after_seq, limit])
    }

    fn append(&mut self, record: &AuditRecord, head: &AuditHead) -> Result<(), Fault> {
        self.change(
            sql!("audit/append"),
            params![
                record.seq,
                record.at.millis(),
                record.actor,
                record.action,
                record.subject,
                record.detail,
                record.previous,
                record.hash,
            ],
        )?;
        self.change(sql!("audit/move_head"), params![head.seq, head.hash, head.mac])?;
        Ok(())
    }

    /// A used assertion is swept at its own end, `now`: from then on the assertion is refused for its age, and there are
    /// too many of them to be kept longer.
    fn sweep(
        &mut self,
        ended_before: Timestamp,
        grace_before: Timestamp,
        now: Timestamp,
        limit: u32,
    ) -> Result<Swept, Fault> {
        let mut swept = Swept::default();
        let full = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut count = |rows: usize| {
            swept.removed += rows as u64;
            swept.more |= rows >= full;
        };
        count(self.change(sql!("audit/sweep_spent_assertions"), params![now.millis(), limit])?);
        for table in TOMBSTONES {
            count(self.change(table, params![ended_before.millis(), limit])?);
        }
        // What is erased leaves its row behind: the fact stays, what it said goes.
        for (erase, before) in [
            (sql!("audit/erase_refresh_answers"), grace_before),
            (sql!("audit/erase_x1280_answers"), now),
            (sql!("audit/erase_credential_claims"), now),
        ] {
            swept.more |= self.change(erase, params![before.millis(), limit])? >= full;
        }
        Ok(swept)
    }
}
