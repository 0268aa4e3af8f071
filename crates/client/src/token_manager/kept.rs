//! The tokens that a manager keeps, and when it is time to do something about them. A pure state: every step is told the
//! time and its share of chance.

use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;

use crate::error::ClientError;
use crate::token_set::TokenSet;

/// Published clients renew a device token of 600 s so long before its end (onesid.md §5.1).
const LEAD: Duration = Duration::from_secs(100);
/// The first pause after a failure; it doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause after a failure, unless the provider asks for more.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

#[derive(Default)]
pub(super) struct Kept {
    tokens: Option<Renewable>,
    failure: Option<Failed>,
    /// Counts every outcome, so that whoever waited for a renewal can tell that there was one.
    generation: u64,
}

struct Renewable {
    tokens: Arc<TokenSet>,
    renew_at: Timestamp,
}

struct Failed {
    error: ClientError,
    times: u32,
    try_again_at: Timestamp,
}

/// What to do for somebody who wants a token.
pub(super) enum Next {
    Give(Arc<TokenSet>),
    Renew {
        seen: u64,
    },
    /// A renewal has just failed; the next one waits.
    Fail(ClientError),
}

impl Kept {
    pub(super) fn tokens(&self) -> Option<Arc<TokenSet>> {
        self.tokens.as_ref().map(|kept| Arc::clone(&kept.tokens))
    }

    pub(super) const fn generation(&self) -> u64 {
        self.generation
    }

    /// The tokens while they live.
    pub(super) fn living(&self, now: Timestamp) -> Option<Arc<TokenSet>> {
        self.tokens().filter(|tokens| now < tokens.expires_at)
    }

    pub(super) fn next(&self, now: Timestamp) -> Next {
        if self.due().is_none_or(|due| due <= now) {
            return Next::Renew {
                seen: self.generation,
            };
        }
        match (self.living(now), &self.failure) {
            (Some(tokens), _) => Next::Give(tokens),
            (None, Some(failed)) => Next::Fail(failed.error.clone()),
            (None, None) => Next::Renew {
                seen: self.generation,
            },
        }
    }

    /// When the next renewal should begin; `None` while nothing was ever kept or tried.
    pub(super) fn due(&self) -> Option<Timestamp> {
        match (&self.failure, &self.tokens) {
            (Some(failed), _) => Some(failed.try_again_at),
            (None, tokens) => tokens.as_ref().map(|kept| kept.renew_at),
        }
    }

    /// The outcome of a renewal that ended after `seen`, if one did.
    pub(super) fn outcome_since(&self, seen: u64) -> Option<Result<(), ClientError>> {
        (self.generation != seen).then(|| match &self.failure {
            Some(failed) => Err(failed.error.clone()),
            None => Ok(()),
        })
    }

    /// Takes new tokens. `share`, from 0 up to 1, moves the renewal forward by up to a tenth of their life.
    pub(super) fn store(&mut self, tokens: Arc<TokenSet>, now: Timestamp, share: f64) {
        let life = Duration::try_from(tokens.expires_at.duration_since(now)).unwrap_or_default();
        // A short life is renewed halfway, or it would be renewed at every call.
        let lead = LEAD.min(life / 2).saturating_add((life / 10).mul_f64(share));
        let renew_at = tokens.expires_at.checked_sub(lead).unwrap_or(now);
        self.tokens = Some(Renewable { tokens, renew_at });
        self.failure = None;
        self.generation = self.generation.wrapping_add(1);
    }

    /// Takes a failure. The next try waits a growing while, and as long as the provider asks at least.
    pub(super) fn fail(&mut self, error: ClientError, now: Timestamp, share: f64) {
        let times = self.failure.as_ref().map_or(0, |failed| failed.times);
        let pause = FIRST_PAUSE
            .saturating_mul(2_u32.saturating_pow(times))
            .min(LONGEST_PAUSE)
            .mul_f64(1.0 + share / 2.0)
            .max(error.retry_after().unwrap_or_default());
        self.failure = Some(Failed {
            error,
            times: times.saturating_add(1),
            try_again_at: now.checked_add(pause).unwrap_or(Timestamp::MAX),
        });
        self.generation = self.generation.wrapping_add(1);
    }
}
