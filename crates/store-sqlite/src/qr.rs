//! QR sessions, and how often they are made and scanned.

use crate::fields::{Entity, Fields};
use crate::tx::Tx;
use countersign_core::approval::open::Origin;
use countersign_core::failure::Fault;
use countersign_core::id::{ApprovalId, AuthenticatorId, ClientId, DeviceId};
use countersign_core::qr::{QrKind, QrSession, QrSessionId, QrState, Scan};
use countersign_core::store::{QrStore, Recent};
use countersign_core::time::Timestamp;
use rusqlite::params;

impl Entity for QrSession {
    const TABLE: &'static str = "qr_sessions";

    fn read(fields: &mut Fields<'_>) -> Result<Self, Fault> {
        Ok(Self {
            id: fields.text_as(QrSessionId::parse)?,
            kind: fields.text_as(QrKind::parse)?,
            client_id: fields.client_id()?,
            device_id: DeviceId(fields.uuid()?),
            animated: fields.flag()?,
            origin: Origin {
                ip: fields.optional_text()?,
                user_agent: fields.optional_text()?,
            },
            created_at: fields.time()?,
            expires_at: fields.time()?,
            state: state(fields)?,
        })
    }
}

fn state(fields: &mut Fields<'_>) -> Result<QrState, Fault> {
    let word = fields.text()?;
    let scan = fields
        .optional_time()?
        .zip(fields.optional_uuid()?)
        .map(|(at, by)| Scan {
            at,
            by: AuthenticatorId(by),
        });
    let approval = fields.optional_uuid()?.map(ApprovalId);
    match (word.as_str(), scan, approval) {
        ("waiting", None, None) => Ok(QrState::Waiting),
        ("scanned", Some(scan), None) => Ok(QrState::Scanned(scan)),
        ("requested", Some(scan), Some(approval_id)) => Ok(QrState::Requested { scan, approval_id }),
        _ => Err(fields.corrupt("state and its evidence do not fit")),
    }
}

/// A session's state as columns.
const fn columns(state: &QrState) -> (&'static str, Option<Scan>, Option<ApprovalId>) {
    match state {
        QrState::Waiting => ("waiting", None, None),
        QrState::Scanned(scan) => ("scanned", Some(*scan), None),
        QrState::Requested { scan, approval_id } => ("requested", Some(*scan), Some(*approval_id)),
    }
}

impl Entity for Recent {
    const TABLE: &'static str = "qr_sessions";

    fn read(fields: &mut Fields<'_>) -> Result<Self, Fault> {
        Ok(Self {
            count: fields.count()?,
            oldest: fields.optional_time()?,
        })
    }
}

impl QrStore for Tx<'_> {
    fn by_id(&self, id: &QrSessionId) -> Result<Option<QrSession>, Fault> {
        self.one(sql!("qr/by_id"), params![id.as_str()])
    }

    fn made_since(&self, client: &ClientId, since: Timestamp) -> Result<Recent, Fault> {
        self.only(sql!("qr/made_since"), params![client.as_str(), since.millis()])
    }

    fn scans_since(&self, phone: AuthenticatorId, since: Timestamp) -> Result<Recent, Fault> {
        self.only(
            sql!("qr/scans_since"),
            params![phone.0.as_bytes(), since.millis()],
        )
    }

    fn insert(&mut self, session: &QrSession) -> Result<(), Fault> {
        let (state, scan, approval) = columns(&session.state);
        self.change(
            sql!("qr/insert"),
            params![
                session.id.as_str(),
                session.kind.as_str(),
                session.client_id.as_str(),
                session.device_id.0.as_bytes(),
                session.animated,
                session.origin.ip,
                session.origin.user_agent,
                session.created_at.millis(),
                session.expires_at.millis(),
                state,
                scan.map(|scan| scan.at.millis()),
                scan.map(|scan| scan.by.0.into_bytes()),
                approval.map(|approval| approval.0.into_bytes()),
            ],
        )?;
        Ok(())
    }

    fn count_scan(&mut self, phone: AuthenticatorId, at: Timestamp) -> Result<(), Fault> {
        self.change(sql!("qr/count_scan"), params![phone.0.as_bytes(), at.millis()])?;
        Ok(())
    }

    fn scan(&mut self, id: &QrSessionId, scan: &Scan) -> Result<bool, Fault> {
        self.wins(
            sql!("qr/scan"),
            params![scan.at.millis(), scan.by.0.as_bytes(), id.as_str()],
        )
    }

    fn request(&mut self, id: &QrSessionId, approval: ApprovalId) -> Result<bool, Fault> {
        self.wins(sql!("qr/request"), params![approval.0.as_bytes(), id.as_str()])
    }
}
