//! Long polling (CIBA Core §7.3): the provider holds its answer back until there is something to say.

use super::{Pause, Wake};
use crate::clock::Clock;

/// Wakes at once when the provider held the last answer for longer than the interval, and waits for the rest of the
/// interval otherwise: a provider that does not hold answers back is polled like any other.
///
/// An answer can be held only as long as the client waits for it: set the timeout of the client's configuration above
/// the time that the provider holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LongPoll;

impl Wake for LongPoll {
    async fn wake(&mut self, pause: Pause, clock: &dyn Clock) {
        // The first look can begin at once: it is the provider that waits.
        let Some(looked) = pause.looked else { return };
        if looked < pause.interval {
            clock.sleep(pause.poll().saturating_sub(looked)).await;
        }
    }
}
