use std::time::Duration;

use crate::clock::Clock;
use crate::entropy::{self, Entropy};
use crate::error::ClientError;

/// How often, and after what pauses, a call is repeated that failed for a passing reason: no answer, too many requests,
/// or the provider's own trouble.
///
/// Only calls are repeated that change nothing at the provider, or that may happen twice without harm: discovery, keys,
/// the device's own access token, introspection, revocation and look-ups. Starting a sign-in, collecting its tokens and
/// refreshing are never repeated by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// Further tries after the first.
    pub retries: u32,
    /// The pause after the first failure; every further one is twice as long.
    pub first_pause: Duration,
    /// The longest pause. A provider that asks for a longer one (`Retry-After`) is not asked again.
    pub max_pause: Duration,
}

impl Retry {
    /// One try.
    pub const NEVER: Self = Self {
        retries: 0,
        first_pause: Duration::ZERO,
        max_pause: Duration::ZERO,
    };

    /// Short: a call that somebody waits for. Two more tries, after about 250 and 500 ms.
    pub const SHORT: Self = Self {
        retries: 2,
        first_pause: Duration::from_millis(250),
        max_pause: Duration::from_secs(2),
    };

    /// Patient: a service that starts together with its provider (onesid.md §1). Ten more tries, after 2 s and twice as
    /// long each time, at most 60 s.
    pub const PATIENT: Self = Self {
        retries: 10,
        first_pause: Duration::from_secs(2),
        max_pause: Duration::from_secs(60),
    };

    /// The pause before retry `n` (from 0): between half and the whole of what doubling gives, so that a thousand
    /// machines that lost the same provider do not come back in the same moment.
    fn pause(self, n: u32, entropy: &dyn Entropy) -> Duration {
        let whole = self
            .first_pause
            .saturating_mul(2_u32.saturating_pow(n))
            .min(self.max_pause);
        whole / 2 + (whole / 2).mul_f64(entropy::share(entropy))
    }

    /// Calls until it succeeds, fails for good, or the tries are used up.
    pub(crate) async fn run<T, F>(
        self,
        clock: &dyn Clock,
        entropy: &dyn Entropy,
        mut call: impl FnMut() -> F,
    ) -> Result<T, ClientError>
    where
        F: Future<Output = Result<T, ClientError>>,
    {
        let mut retries = 0;
        loop {
            let error = match call().await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let asked = error.retry_after().unwrap_or_default();
            if !error.is_passing() || retries >= self.retries || asked > self.max_pause {
                return Err(error);
            }
            clock.sleep(self.pause(retries, entropy).max(asked)).await;
            retries += 1;
        }
    }
}
