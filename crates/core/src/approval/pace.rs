//! Limits against push bombing (decisions.md): checked when a request starts, and again when it is redeemed, since
//! others have shipped a lock-out that only the start respected.

use crate::failure::{Outcome, Refusal};
use crate::id::{ClientId, UserId};
use crate::policy::PacePolicy;
use crate::store::{PaceCounts, Reading};
use crate::time::{Duration, Timestamp};
use countersign_protocol::approval::ApprovalKind;

/// Whether a client may ask a person now. Refusals: a standing report, the lock, the rate, the pause. Each kind of
/// request is counted for itself: a person who says no to giving data is not kept from signing in.
///
/// # Errors
/// `access_denied` or `too_many_requests` with `retry_after`.
pub fn check_start(
    tx: &dyn Reading,
    user: UserId,
    client: &ClientId,
    kind: ApprovalKind,
    policy: &PacePolicy,
    now: Timestamp,
) -> Outcome<()> {
    check_stop(tx, user, client)?;
    if policy.danger_unlimited {
        return Ok(());
    }
    let counts = tx.approvals().pace(user, kind, now)?;
    check_lock(&counts, policy)?;
    check_rate(&counts, policy)?;
    Ok(check_pause(&counts, policy, now)?)
}

/// Whether an approved request may still become tokens: a report or a lock that came meanwhile holds.
///
/// # Errors
/// As [`check_start`], without the rate and the pause: they are about new requests.
pub fn check_redeem(
    tx: &dyn Reading,
    user: UserId,
    client: &ClientId,
    kind: ApprovalKind,
    policy: &PacePolicy,
    now: Timestamp,
) -> Outcome<()> {
    check_stop(tx, user, client)?;
    if policy.danger_unlimited {
        return Ok(());
    }
    Ok(check_lock(&tx.approvals().pace(user, kind, now)?, policy)?)
}

/// Whether a report stands that stops this client for this person.
///
/// # Errors
/// `access_denied`: it does.
pub fn check_stop(tx: &dyn Reading, user: UserId, client: &ClientId) -> Outcome<()> {
    if tx.approvals().is_stopped(user, client)? {
        return Err(Refusal::new(
            countersign_protocol::ErrorCode::AccessDenied,
            "this person reported a request of this client; an operator has to look at it first",
        )
        .into());
    }
    Ok(())
}

fn check_lock(counts: &PaceCounts, policy: &PacePolicy) -> Result<(), Refusal> {
    if counts.unanswered_last_hour >= policy.unanswered_per_hour {
        return Err(Refusal::too_many_requests(
            Duration::from_secs(15 * 60),
            "this person is locked for requests of this kind: too many went unanswered within the hour",
        ));
    }
    Ok(())
}

fn check_rate(counts: &PaceCounts, policy: &PacePolicy) -> Result<(), Refusal> {
    if counts.last_minute >= policy.requests_per_minute {
        return Err(Refusal::too_many_requests(
            Duration::from_secs(60),
            "too many requests of this kind for this person within a minute; wait before the next one",
        ));
    }
    Ok(())
}

fn check_pause(counts: &PaceCounts, policy: &PacePolicy, now: Timestamp) -> Result<(), Refusal> {
    let Some(last) = counts.last_refusal_at.filter(|_| counts.refusals_in_a_row > 0) else {
        return Ok(());
    };
    let ends = last + pause(counts.refusals_in_a_row, policy);
    if now < ends {
        return Err(Refusal::too_many_requests(
            ends.since(now).max(Duration::from_secs(1)),
            "the last request for this person was denied or expired; wait before the next one",
        ));
    }
    Ok(())
}

/// The pause after so many refusals in a row: it doubles each time, up to the longest.
fn pause(refusals: u32, policy: &PacePolicy) -> Duration {
    let doublings = refusals.saturating_sub(1).min(20);
    policy
        .first_pause
        .saturating_mul(1 << doublings)
        .min(policy.longest_pause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_doubles_up_to_an_hour() {
        let policy = PacePolicy::default();
        let pauses: Vec<u64> = [1, 2, 3, 9, 10, 1000]
            .map(|n| pause(n, &policy).as_secs())
            .to_vec();
        assert_eq!(pauses, [10, 20, 40, 2560, 3600, 3600]);
    }
}
