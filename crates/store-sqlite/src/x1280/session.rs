//! Sessions.

use crate::fields::{Entity, Fields};
use crate::tx::Tx;
use countersign_core::failure::Fault;
use countersign_core::id::{ApprovalId, EnrolmentId};
use countersign_core::store::MutualStore;
use countersign_core::time::Timestamp;
use countersign_core::x1280::{MutualSession, ServiceId, SessionId, SessionState, TokenId};
use countersign_protocol::x1280::RejectReason;
use rusqlite::params;

impl Entity for MutualSession {
    const TABLE: &'static str = "x1280_sessions";

    fn read(fields: &mut Fields<'_>) -> Result<Self, Fault> {
        Ok(Self {
            id: fields.text_as(SessionId::parse)?,
            token_id: fields.text_as(TokenId::parse)?,
            enrolment_id: EnrolmentId(fields.uuid()?),
            service_id: fields.text_as(ServiceId::parse)?,
            approval_id: ApprovalId(fields.uuid()?),
            created_at: fields.time()?,
            expires_at: fields.time()?,
            last_refusal: fields.optional(|fields| fields.text_as(reason))?,
            state: state(fields)?,
        })
    }
}

fn reason(word: &str) -> Option<RejectReason> {
    RejectReason::ALL
        .into_iter()
        .find(|reason| reason.as_str() == word)
}

fn state(fields: &mut Fields<'_>) -> Result<SessionState, Fault> {
    match (fields.optional_time()?, fields.optional(Fields::blob)?) {
        (None, None) => Ok(SessionState::Waiting),
        (Some(at), Some(sealed)) => Ok(SessionState::Answered { at, sealed }),
        (Some(answered_at), None) => Ok(SessionState::Erased { answered_at }),
        (None, Some(_)) => Err(fields.corrupt("an answer without its time")),
    }
}

/// A session's state as columns.
fn columns(state: &SessionState) -> (Option<Timestamp>, Option<&[u8]>) {
    match state {
        SessionState::Waiting => (None, None),
        SessionState::Answered { at, sealed } => (Some(*at), Some(sealed)),
        SessionState::Erased { answered_at } => (Some(*answered_at), None),
    }
}

impl MutualStore for Tx<'_> {
    fn by_id(&self, id: &SessionId) -> Result<Option<MutualSession>, Fault> {
        self.one(sql!("x1280/session_by_id"), params![id.as_str()])
    }

    fn insert(&mut self, session: &MutualSession) -> Result<(), Fault> {
        let (answered_at, answer) = columns(&session.state);
        self.change(
            sql!("x1280/session_insert"),
            params![
                session.id.as_str(),
                session.token_id.as_str(),
                session.enrolment_id.0.as_bytes(),
                session.service_id.as_str(),
                session.approval_id.0.as_bytes(),
                session.created_at.millis(),
                session.expires_at.millis(),
                session.last_refusal.map(RejectReason::as_str),
                answered_at.map(Timestamp::millis),
                answer,
            ],
        )?;
        Ok(())
    }

    fn note_refusal(&mut self, id: &SessionId, reason: RejectReason) -> Result<(), Fault> {
        self.must(
            MutualSession::TABLE,
            sql!("x1280/session_note_refusal"),
            params![reason.as_str(), id.as_str()],
        )
    }

    fn answer(&mut self, id: &SessionId, at: Timestamp, sealed: &[u8]) -> Result<bool, Fault> {
        self.wins(
            sql!("x1280/session_answer"),
            params![at.millis(), sealed, id.as_str()],
        )
    }
}
