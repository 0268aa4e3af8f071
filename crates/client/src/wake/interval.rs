//! Polling (CIBA Core §10.1): one look in every interval.

use super::{Pause, Wake};
use crate::clock::Clock;

/// Wakes when the interval is over. What a waiter uses unless it is told otherwise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Interval;

impl Wake for Interval {
    async fn wake(&mut self, pause: Pause, clock: &dyn Clock) {
        clock.sleep(pause.poll()).await;
    }
}
