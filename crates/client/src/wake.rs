//! How a waiter learns that it may look again: by the clock, by an answer that was held back, or by a ping.
//!
//! Whatever wakes it is a hint. The token endpoint alone says how a request stands (CIBA Core §5), so a waiter looks
//! there after every wake, and looks there too when no wake ever comes.

mod interval;
mod long_poll;
mod ping;

pub use interval::Interval;
pub use long_poll::LongPoll;
pub use ping::{Ping, PingError, Pings};

use crate::clock::Clock;
use std::time::Duration;

/// What a waiter knows while the person has not answered yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// The least time between the beginnings of two looks: `interval` of the answer, plus 5 s for each `slow_down`
    /// (CIBA Core §7.3, §11).
    pub interval: Duration,
    /// What this waiter adds to it, drawn anew for every look, so that waiters that began together drift apart.
    pub jitter: Duration,
    /// How long the last look took, from its beginning to its answer; `None` before the first one.
    pub looked: Option<Duration>,
    /// How long the request still lives. Looking later than that is of no use.
    pub rest: Duration,
}

impl Pause {
    /// The pause of a waiter that polls: interval and jitter, at most until the request ends.
    #[must_use]
    pub fn poll(&self) -> Duration {
        self.interval.saturating_add(self.jitter).min(self.rest)
    }
}

/// Waits until it is worth looking again.
///
/// Unless the provider said something, a look before [`Pause::interval`] is over makes it answer `slow_down`.
///
/// ```
/// use countersign_client::Clock;
/// use countersign_client::wake::{Pause, Wake};
///
/// /// Looks half as often as the provider allows.
/// struct Patient;
///
/// impl Wake for Patient {
///     async fn wake(&mut self, pause: Pause, clock: &dyn Clock) {
///         clock.sleep((2 * pause.interval).min(pause.rest)).await;
///     }
/// }
/// ```
pub trait Wake: Send {
    /// Returns when the next look may begin. Dropping the future stops the waiting and loses nothing.
    fn wake(&mut self, pause: Pause, clock: &dyn Clock) -> impl Future<Output = ()> + Send;
}
