//! Time and chance in the test's hand.

use countersign_core::entropy::Entropy;
use countersign_core::time::{Clock, Duration, Timestamp};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// A clock that stands still until the test moves it.
pub struct TestClock(AtomicI64);

impl TestClock {
    /// Starts at a moment.
    #[must_use]
    pub const fn at(start: Timestamp) -> Self {
        Self(AtomicI64::new(start.millis()))
    }

    /// Moves on.
    pub fn advance(&self, by: Duration) {
        let millis = i64::try_from(by.as_millis()).expect("a test does not wait for ages");
        self.0.fetch_add(millis, Ordering::SeqCst);
    }

    /// Jumps to a moment, also backwards.
    pub fn set(&self, to: Timestamp) {
        self.0.store(to.millis(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// A stream of bytes that is the same in every run: SplitMix64, good enough to make different ids, and nothing else.
pub struct SeededEntropy(AtomicU64);

impl SeededEntropy {
    /// A stream for a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    fn next(&self) -> u64 {
        let mut z = self
            .0
            .fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst)
            .wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            let bytes = self.next().to_le_bytes();
            for (to, from) in chunk.iter_mut().zip(bytes) {
                *to = from;
            }
        }
    }
}
