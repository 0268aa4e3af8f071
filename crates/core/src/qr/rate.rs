//! How often a device makes sessions and a phone scans: counted in the store, so that a restart or a second process
//! forgets nothing.

use crate::failure::Refusal;
use crate::store::Recent;
use crate::time::{Duration, Timestamp};

/// What is counted over.
pub(super) const WINDOW: Duration = Duration::from_secs(60);

/// Whether one more fits into the window.
///
/// # Errors
/// `too_many_requests` with the time until the oldest one leaves the window.
pub(super) fn check(
    recent: Recent,
    limit: u32,
    now: Timestamp,
    description: &'static str,
) -> Result<(), Refusal> {
    if recent.count < limit {
        return Ok(());
    }
    let wait = recent
        .oldest
        .map_or(WINDOW, |oldest| (oldest + WINDOW).since(now));
    Err(Refusal::too_many_requests(
        wait.max(Duration::from_secs(1)),
        description,
    ))
}
