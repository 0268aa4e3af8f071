//! What the phone takes from its surroundings: the time and randomness.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use countersign_jose::base64url;

/// The time of day.
pub trait Clock: Send + Sync {
    /// Unix seconds.
    fn now(&self) -> i64;
}

/// A source of unpredictable bytes.
pub trait Entropy: Send + Sync {
    /// Fills `bytes`.
    ///
    /// # Errors
    /// [`EntropyFailed`] when the source gives nothing; the caller then makes no identifier at all.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyFailed>;
}

/// The system gave no randomness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the system gives no randomness; check /dev/urandom, then try again")]
pub struct EntropyFailed;

/// Clock and entropy together, as they are handed around.
#[derive(Clone)]
pub struct Ports {
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// Unpredictable bytes.
    pub entropy: Arc<dyn Entropy>,
}

impl Ports {
    /// The clock and the randomness of the machine.
    #[must_use]
    pub fn system() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
        }
    }

    /// A fresh `jti` (RFC 7519 §4.1.7): 128 random bits, base64url.
    pub(crate) fn jti(&self) -> Result<String, EntropyFailed> {
        let mut bytes = [0; 16];
        self.entropy.fill(&mut bytes)?;
        Ok(base64url::encode(&bytes))
    }
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place of this crate that reads the machine's clock"
    )]
    fn now(&self) -> i64 {
        // A clock before 1970 or after the year 292277026596 is not one to reckon with: the provider refuses it.
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
    }
}

/// The machine's randomness, through the cryptographic library that also makes the keys.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyFailed> {
        aws_lc_rs::rand::fill(bytes).map_err(|_| EntropyFailed)
    }
}
