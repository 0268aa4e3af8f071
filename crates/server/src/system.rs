//! The ports of the core on this machine: its clock and its randomness.

use countersign_core::entropy::Entropy;
use countersign_core::time::{Clock, Timestamp};
use std::time::{SystemTime, UNIX_EPOCH};

/// The machine's clock.
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that implements the clock port"
    )]
    fn now(&self) -> Timestamp {
        // Before 1970 the clock is so wrong that nothing would verify; `doctor` tells.
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The operating system's randomness, through the cryptographic library.
pub(crate) struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        if aws_lc_rs::rand::fill(buffer).is_err() {
            // The port asks for it: a provider without randomness would hand out guessable tokens.
            std::process::abort();
        }
    }
}
