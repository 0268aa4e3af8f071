//! The outbox.

use crate::fields::{Entity, Fields};
use crate::tx::Tx;
use countersign_core::failure::Fault;
use countersign_core::id::{ApprovalId, AuthenticatorId, OutboxId};
use countersign_core::outbox::{DeadCause, DeliveryState, OutboxKind, OutboxMessage};
use countersign_core::store::OutboxStore;
use countersign_core::time::Timestamp;
use rusqlite::params;

impl Entity for OutboxMessage {
    const TABLE: &'static str = "outbox";

    fn read(fields: &mut Fields<'_>) -> Result<Self, Fault> {
        Ok(Self {
            id: OutboxId(fields.uuid()?),
            kind: fields.text_as(OutboxKind::parse)?,
            authenticator_id: AuthenticatorId(fields.uuid()?),
            approval_id: ApprovalId(fields.uuid()?),
            payload: fields.text()?,
            created_at: fields.time()?,
            not_before: fields.time()?,
            attempts: fields.count()?,
            expires_at: fields.time()?,
            last_error: fields.optional_text()?,
            state: state(fields)?,
        })
    }
}

fn state(fields: &mut Fields<'_>) -> Result<DeliveryState, Fault> {
    let word = fields.text()?;
    let at = fields.optional_time()?;
    let cause = fields.optional(|column| column.text_as(DeadCause::parse))?;
    match (word.as_str(), at, cause) {
        ("pending", None, None) => Ok(DeliveryState::Pending),
        ("delivered", Some(at), None) => Ok(DeliveryState::Delivered { at }),
        ("dead", Some(at), Some(cause)) => Ok(DeliveryState::Dead { at, cause }),
        _ => Err(fields.corrupt("state, time and cause do not fit")),
    }
}

/// The three columns of a state.
fn columns(state: DeliveryState) -> (&'static str, Option<i64>, Option<&'static str>) {
    match state {
        DeliveryState::Pending => ("pending", None, None),
        DeliveryState::Delivered { at } => ("delivered", Some(at.millis()), None),
        DeliveryState::Dead { at, cause } => ("dead", Some(at.millis()), Some(cause.as_str())),
    }
}

impl OutboxStore for Tx<'_> {
    fn by_id(&self, id: OutboxId) -> Result<Option<OutboxMessage>, Fault> {
        self.one(sql!("outbox/by_id"), params![id.0.as_bytes()])
    }

    fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<OutboxMessage>, Fault> {
        self.all(sql!("outbox/due"), params![now.millis(), limit])
    }

    fn of_authenticator(&self, id: AuthenticatorId, limit: u32) -> Result<Vec<OutboxMessage>, Fault> {
        self.all(sql!("outbox/of_authenticator"), params![id.0.as_bytes(), limit])
    }

    fn dead(&self, limit: u32) -> Result<Vec<OutboxMessage>, Fault> {
        self.all(sql!("outbox/dead"), params![limit])
    }

    fn waiting(&self) -> Result<u32, Fault> {
        let count: i64 = self.only(sql!("outbox/waiting"), [])?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    fn insert(&mut self, message: &OutboxMessage) -> Result<(), Fault> {
        let (state, settled_at, cause) = columns(message.state);
        self.change(
            sql!("outbox/insert"),
            params![
                message.id.0.as_bytes(),
                message.kind.as_str(),
                message.authenticator_id.0.as_bytes(),
                message.approval_id.0.as_bytes(),
                message.payload,
                message.created_at.millis(),
                message.not_before.millis(),
                message.attempts,
                message.expires_at.millis(),
                message.last_error,
                state,
                settled_at,
                cause,
            ],
        )?;
        Ok(())
    }

    fn claim(&mut self, id: OutboxId, attempts: u32, until: Timestamp) -> Result<bool, Fault> {
        self.wins(
            sql!("outbox/claim"),
            params![until.millis(), id.0.as_bytes(), attempts],
        )
    }

    fn postpone(
        &mut self,
        id: OutboxId,
        attempts: u32,
        until: Timestamp,
        problem: &str,
    ) -> Result<bool, Fault> {
        self.wins(
            sql!("outbox/postpone"),
            params![until.millis(), problem, id.0.as_bytes(), attempts],
        )
    }

    fn settle(
        &mut self,
        id: OutboxId,
        attempts: u32,
        state: DeliveryState,
        problem: Option<&str>,
    ) -> Result<bool, Fault> {
        let (state, settled_at, cause) = columns(state);
        self.wins(
            sql!("outbox/settle"),
            params![state, settled_at, cause, problem, id.0.as_bytes(), attempts],
        )
    }

    fn remove(&mut self, id: OutboxId) -> Result<(), Fault> {
        self.change(sql!("outbox/remove"), params![id.0.as_bytes()])?;
        Ok(())
    }

    fn drop_pending_of(&mut self, id: AuthenticatorId) -> Result<u32, Fault> {
        let dropped = self.change(sql!("outbox/drop_pending_of"), params![id.0.as_bytes()])?;
        Ok(u32::try_from(dropped).unwrap_or(u32::MAX))
    }
}
