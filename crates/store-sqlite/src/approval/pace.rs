//! Counts for the limits against push bombing (decisions.md, "People, phones and approvals").

use crate::fields::{Entity, Fields};
use crate::tx::Tx;
use countersign_core::failure::Fault;
use countersign_core::id::UserId;
use countersign_core::store::PaceCounts;
use countersign_core::time::{Duration, Timestamp};
use rusqlite::params;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

pub(super) fn count(tx: &Tx<'_>, user: UserId, kind: &str, now: Timestamp) -> Result<PaceCounts, Fault> {
    let Counted(counts) = tx.only(
        sql!("approval/pace"),
        params![
            user.0.as_bytes(),
            kind,
            (now - DAY).millis(),
            now.millis(),
            (now - HOUR).millis(),
            (now - MINUTE).millis()
        ],
    )?;
    Ok(counts)
}

struct Counted(PaceCounts);

impl Entity for Counted {
    const TABLE: &'static str = "approvals";

    fn read(fields: &mut Fields<'_>) -> Result<Self, Fault> {
        Ok(Self(PaceCounts {
            last_minute: fields.count()?,
            unanswered_last_hour: fields.count()?,
            refusals_in_a_row: fields.count()?,
            last_refusal_at: fields.optional_time()?,
        }))
    }
}
