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
    let user = user.0.as_bytes();
    let recent: Recent = tx.only(
        sql!("approval/pace_recent"),
        params![
            (now - MINUTE).millis(),
            user,
            kind,
            (now - HOUR).millis(),
            now.millis()
        ],
    )?;
    let refused: Refused = tx.only(
        sql!("approval/pace_refused"),
        params![user, kind, (now - DAY).millis(), now.millis()],
    )?;
    Ok(PaceCounts {
        last_minute: recent.last_minute,
        unanswered_last_hour: recent.unanswered_last_hour,
        refusals_in_a_row: refused.in_a_row,
        last_refusal_at: refused.last_at,
    })
}

/// What was asked lately.
struct Recent {
    last_minute: u32,
    unanswered_last_hour: u32,
}

impl Entity for Recent {
    const TABLE: &'static str = "approvals";

    fn read(fields: &mut Fields<'_>) -> Result<Self, Fault> {
        Ok(Self {
            last_minute: fields.count()?,
            unanswered_last_hour: fields.count()?,
        })
    }
}

/// What the person refused since they last said yes.
struct Refused {
    in_a_row: u32,
    last_at: Option<Timestamp>,
}

impl Entity for Refused {
    const TABLE: &'static str = "approvals";

    fn read(fields: &mut Fields<'_>) -> Result<Self, Fault> {
        Ok(Self {
            in_a_row: fields.count()?,
            last_at: fields.optional_time()?,
        })
    }
}
