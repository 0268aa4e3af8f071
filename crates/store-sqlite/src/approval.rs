//! Approvals, the limits on asking, and the reports that stop a client.

mod pace;
mod state;

use crate::fields::{Entity, Fields};
use crate::tx::{Tx, missing};
use countersign_core::approval::{Approval, ApprovalState, ExpiryCause};
use countersign_core::failure::Fault;
use countersign_core::id::{ApplicationId, ApprovalId, ClientId, GrantId, UserId};
use countersign_core::store::{ApprovalStore, Expired, PaceCounts};
use countersign_core::time::Timestamp;
use countersign_protocol::approval::{ApprovalKind, VerificationMode};
use rusqlite::params;
use state::StateColumns;

const KINDS: [(ApprovalKind, &str); 3] = [
    (ApprovalKind::Login, "login"),
    (ApprovalKind::Consent, "consent"),
    (ApprovalKind::Mutual, "mutual"),
];

fn kind_word(kind: ApprovalKind) -> &'static str {
    KINDS
        .iter()
        .find(|(known, _)| *known == kind)
        .map_or("login", |(_, word)| word)
}

fn parse_kind(word: &str) -> Option<ApprovalKind> {
    KINDS
        .iter()
        .find(|(_, known)| *known == word)
        .map(|(kind, _)| *kind)
}

impl Entity for Approval {
    const TABLE: &'static str = "approvals";

    fn read(fields: &mut Fields<'_>) -> Result<Self, Fault> {
        Ok(Self {
            id: ApprovalId(fields.uuid()?),
            kind: fields.text_as(parse_kind)?,
            user_id: fields.optional_uuid()?.map(UserId),
            client_id: fields.client_id()?,
            application_id: fields.optional_uuid()?.map(ApplicationId),
            shown: fields.text()?,
            digest: fields.text()?,
            verification_mode: fields.text_as(VerificationMode::parse)?,
            asked: fields.scope()?,
            wrong_codes: fields.count()?,
            requested_at: fields.time()?,
            expires_at: fields.time()?,
            revision: fields.number()?,
            state: state::read(fields)?,
        })
    }
}

/// A pending approval whose time is over.
struct Due {
    id: ApprovalId,
    user_id: Option<UserId>,
    expires_at: Timestamp,
}

impl Entity for Due {
    const TABLE: &'static str = "approvals";

    fn read(fields: &mut Fields<'_>) -> Result<Self, Fault> {
        Ok(Self {
            id: ApprovalId(fields.uuid()?),
            user_id: fields.optional_uuid()?.map(UserId),
            expires_at: fields.time()?,
        })
    }
}

/// A report that stands: person, client, when.
struct Stop(UserId, ClientId, Timestamp);

impl Entity for Stop {
    const TABLE: &'static str = "approval_stops";

    fn read(fields: &mut Fields<'_>) -> Result<Self, Fault> {
        Ok(Self(UserId(fields.uuid()?), fields.client_id()?, fields.time()?))
    }
}

impl ApprovalStore for Tx<'_> {
    fn by_id(&self, id: ApprovalId) -> Result<Option<Approval>, Fault> {
        self.one(sql!("approval/by_id"), params![id.0.as_bytes()])
    }

    fn pending_of(&self, user: UserId, now: Timestamp) -> Result<Vec<Approval>, Fault> {
        self.all(
            sql!("approval/pending_of"),
            params![user.0.as_bytes(), now.millis()],
        )
    }

    fn pending_of_client(&self, user: UserId, client: &ClientId) -> Result<Vec<Approval>, Fault> {
        self.all(
            sql!("approval/pending_of_client"),
            params![user.0.as_bytes(), client.as_str()],
        )
    }

    fn changed_since(&self, user: UserId, revision: i64, limit: u32) -> Result<Vec<Approval>, Fault> {
        self.all(
            sql!("approval/changed_since"),
            params![user.0.as_bytes(), revision, limit],
        )
    }

    fn last_revision_of(&self, user: UserId) -> Result<i64, Fault> {
        self.only(sql!("approval/last_revision_of"), params![user.0.as_bytes()])
    }

    fn history_of(&self, user: UserId, limit: u32) -> Result<Vec<Approval>, Fault> {
        self.all(sql!("approval/history_of"), params![user.0.as_bytes(), limit])
    }

    fn pace(&self, user: UserId, kind: ApprovalKind, now: Timestamp) -> Result<PaceCounts, Fault> {
        pace::count(self, user, kind_word(kind), now)
    }

    fn insert(&mut self, approval: &Approval) -> Result<(), Fault> {
        let state = StateColumns::from(&approval.state);
        self.change(
            sql!("approval/insert"),
            params![
                approval.id.0.as_bytes(),
                kind_word(approval.kind),
                approval.user_id.map(|id| id.0.into_bytes()),
                approval.client_id.as_str(),
                approval.application_id.map(|id| id.0.into_bytes()),
                approval.shown,
                approval.digest,
                approval.verification_mode.as_str(),
                approval.asked.to_string(),
                approval.wrong_codes,
                approval.requested_at.millis(),
                approval.expires_at.millis(),
                state.state,
                state.settled_at,
                state.decided_by,
                state.decision_jws,
                state.granted,
                state.not_me,
                state.cause,
                state.redeemed_at,
                state.grant_id,
            ],
        )?;
        Ok(())
    }

    fn settle(&mut self, id: ApprovalId, state: &ApprovalState) -> Result<bool, Fault> {
        let to = StateColumns::from(state);
        if matches!(state, ApprovalState::Pending | ApprovalState::Redeemed { .. }) {
            return Err(Fault::new(
                "an approval is settled by a decision or an expiry only; this is a bug",
            ));
        }
        let revision: i64 = self.only(sql!("approval/next_revision"), [])?;
        self.wins(
            sql!("approval/settle"),
            params![
                to.state,
                to.settled_at,
                to.decided_by,
                to.decision_jws,
                to.granted,
                to.not_me,
                to.cause,
                revision,
                id.0.as_bytes()
            ],
        )
    }

    fn redeem(&mut self, id: ApprovalId, at: Timestamp, grant: GrantId) -> Result<bool, Fault> {
        self.wins(
            sql!("approval/redeem"),
            params![at.millis(), grant.0.as_bytes(), id.0.as_bytes()],
        )
    }

    fn count_wrong_code(&mut self, id: ApprovalId) -> Result<u32, Fault> {
        let counted: Option<i64> = self.one(sql!("approval/count_wrong_code"), params![id.0.as_bytes()])?;
        let counted = counted.ok_or_else(|| missing(Approval::TABLE))?;
        u32::try_from(counted).map_err(|_| Fault::corrupt(Approval::TABLE, id, "wrong_codes is out of range"))
    }

    /// Each gets its own revision, so they are settled one by one. It counts as expired from its own end and not from
    /// the worker's visit, so that the pause that follows does not depend on when the worker came.
    fn expire_due(&mut self, now: Timestamp, limit: u32) -> Result<Expired, Fault> {
        let due: Vec<Due> = self.all(sql!("approval/due"), params![now.millis(), limit])?;
        let mut expired = Expired {
            more: due.len() >= usize::try_from(limit).unwrap_or(usize::MAX),
            ..Expired::default()
        };
        for row in due {
            let state = ApprovalState::Expired {
                at: row.expires_at,
                cause: ExpiryCause::TimedOut,
            };
            if self.settle(row.id, &state)? {
                expired.ended += 1;
                expired.users.extend(row.user_id);
            }
        }
        expired.users.sort_unstable();
        expired.users.dedup();
        Ok(expired)
    }

    fn is_stopped(&self, user: UserId, client: &ClientId) -> Result<bool, Fault> {
        let found: Option<i64> = self.one(
            sql!("approval/is_stopped"),
            params![user.0.as_bytes(), client.as_str()],
        )?;
        Ok(found.is_some())
    }

    fn stops(&self) -> Result<Vec<(UserId, ClientId, Timestamp)>, Fault> {
        let stops: Vec<Stop> = self.all(sql!("approval/stops"), [])?;
        Ok(stops
            .into_iter()
            .map(|Stop(user, client, at)| (user, client, at))
            .collect())
    }

    fn stop(&mut self, user: UserId, client: &ClientId, at: Timestamp) -> Result<(), Fault> {
        self.change(
            sql!("approval/stop"),
            params![user.0.as_bytes(), client.as_str(), at.millis()],
        )?;
        Ok(())
    }

    fn clear_stop(&mut self, user: UserId, client: &ClientId) -> Result<bool, Fault> {
        self.wins(
            sql!("approval/clear_stop"),
            params![user.0.as_bytes(), client.as_str()],
        )
    }
}
