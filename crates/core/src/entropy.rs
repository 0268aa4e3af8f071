//! Randomness is handed in: the operating system's in production, a seeded stream in `testkit`.

use crate::time::Timestamp;
use uuid::Uuid;

/// A source of unpredictable bytes.
pub trait Entropy: Send + Sync {
    /// Fills the buffer. A source that cannot do so ends the process: nothing safe can follow.
    fn fill(&self, buffer: &mut [u8]);
}

impl dyn Entropy + '_ {
    /// `N` random bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// A random UUID (version 4).
    #[must_use]
    pub fn uuid(&self) -> Uuid {
        uuid::Builder::from_random_bytes(self.bytes()).into_uuid()
    }

    /// A UUID that begins with the moment and is random after it (version 7, RFC 9562 §5.7).
    #[must_use]
    pub fn uuid_at(&self, now: Timestamp) -> Uuid {
        let millis = u64::try_from(now.millis()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid()
    }

    /// `length` characters drawn evenly from an alphabet of 2, 4, 8, 16, 32 or 64 characters.
    #[must_use]
    pub fn text(&self, alphabet: &[u8], length: usize) -> String {
        debug_assert!(alphabet.len().is_power_of_two() && alphabet.len() <= 64);
        let mask = u8::try_from(alphabet.len().saturating_sub(1)).unwrap_or(63);
        let mut random = vec![0; length];
        self.fill(&mut random);
        // A power of two divides 256, so the mask keeps the draw even.
        random
            .iter()
            .filter_map(|byte| alphabet.get(usize::from(byte & mask)))
            .map(|byte| char::from(*byte))
            .collect()
    }
}
