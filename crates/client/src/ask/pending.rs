//! Waiting for the person (CIBA Core §10.1, §11).

use jiff::Timestamp;
use std::fmt;
use std::time::Duration;

use crate::advice::Advice;
use crate::ciba::CibaRequest;
use crate::client::OpenIdconnectClient;
use crate::clock::Clock;
use crate::entropy;
use crate::error::ClientError;
use crate::pace;
use crate::token_set::{self, TokenSet};
use crate::wake::{Interval, Pause, Wake};

/// The most that a pause after a failure of the network grows to.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// A request that waits for its person.
///
/// Waiting costs no task, and no connection between two looks: many thousands of these wait in one process.
pub struct PendingCiba<W = Interval> {
    client: OpenIdconnectClient,
    request: CibaRequest,
    ends: Timestamp,
    interval: Duration,
    wake: W,
}

impl<W: Wake> PendingCiba<W> {
    pub(super) fn new(client: OpenIdconnectClient, request: CibaRequest, wake: W) -> Self {
        let now = client.configuration().clock.now();
        Self {
            ends: token_set::expires_at(now, request.expires_in),
            interval: pace::interval_of(Some(request.interval)),
            client,
            request,
            wake,
        }
    }

    /// The handle of the request: a secret, since whoever has it and the client's key gets the tokens.
    #[must_use]
    pub fn auth_req_id(&self) -> &str {
        self.request.auth_req_id.secret()
    }

    /// The request as the provider answered it. Keep it, and [`Ciba::resume`](super::Ciba::resume) goes on after a
    /// restart.
    #[must_use]
    pub const fn request(&self) -> &CibaRequest {
        &self.request
    }

    /// Waits in another way from here on, for example by [`LongPoll`](crate::wake::LongPoll).
    ///
    /// ```
    /// # mod served { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/served.rs")); }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let served = served::Served::start().await;
    /// # let client = served.client().await;
    /// use countersign_client::LoginHint;
    /// use countersign_client::wake::LongPoll;
    ///
    /// let pending = client.ciba().ask(LoginHint::username("user.name@onesid1.com")).send().await?;
    /// # served.decide("approved").await;
    /// let tokens = pending.with(LongPoll).wait().await?;
    /// # let _ = tokens;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with<V: Wake>(self, wake: V) -> PendingCiba<V> {
        PendingCiba {
            client: self.client,
            request: self.request,
            ends: self.ends,
            interval: self.interval,
            wake,
        }
    }

    /// Waits until the person has answered, at most until the request ends. Dropping the future stops the waiting; the
    /// person is still asked, and [`Ciba::resume`](super::Ciba::resume) waits again.
    ///
    /// A provider that is away is asked again, ever more rarely, until the request ends.
    ///
    /// # Errors
    /// The person said no (`access_denied`), nobody answered in time (`expired_token`), or the provider refuses the
    /// request for good.
    pub async fn wait(mut self) -> Result<TokenSet, ClientError> {
        let mut pause = self.interval;
        let mut looked = None;
        let mut failures = 0;
        loop {
            let rest = self.wake(pause, looked).await;
            // Boxed, so that a waiter that sleeps keeps no room for the call that it will make.
            let (answer, took) = Box::pin(self.look()).await;
            let error = match answer {
                Ok(tokens) => return Ok(tokens),
                Err(error) => error,
            };
            looked = Some(took);
            // The last look falls on the end itself, so that the whole time of the person counts.
            if rest.is_zero() {
                return Err(ended(error));
            }
            pause = match &error {
                ClientError::AuthorizationPending { interval } | ClientError::SlowDown { interval } => {
                    failures = 0;
                    self.interval = *interval;
                    *interval
                }
                error => {
                    failures += 1;
                    match patience(error, self.interval, failures) {
                        Some(patience) => self.interval.max(patience),
                        None => return Err(error.clone()),
                    }
                }
            };
        }
    }

    /// Sleeps, and tells how long the request lives after it.
    async fn wake(&mut self, interval: Duration, looked: Option<Duration>) -> Duration {
        let configuration = self.client.configuration();
        let clock = &*configuration.clock;
        let pause = Pause {
            interval,
            // Up to a fifth, so that waiters that began together drift apart.
            jitter: (interval / 5).mul_f64(entropy::share(&*configuration.entropy)),
            looked,
            rest: since(clock.now(), self.ends),
        };
        self.wake.wake(pause, clock).await;
        since(clock.now(), self.ends)
    }

    /// Looks once when it is its turn, and tells how long the provider took.
    async fn look(&self) -> (Result<TokenSet, ClientError>, Duration) {
        let _turn = self.client.pace().turn().await;
        let begun = self.clock().now();
        let answer = self.client.check_ciba_status(self.auth_req_id()).await;
        (answer, since(begun, self.clock().now()))
    }

    fn clock(&self) -> &dyn Clock {
        &*self.client.configuration().clock
    }
}

impl<W> fmt::Debug for PendingCiba<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingCiba")
            .field("ends", &self.ends)
            .field("interval", &self.interval)
            .finish_non_exhaustive()
    }
}

/// How long to leave the provider alone after an error; `None` when asking again is of no use.
fn patience(error: &ClientError, interval: Duration, failures: u32) -> Option<Duration> {
    match error.advice() {
        Advice::Wait(time) => Some(time),
        Advice::Retry => {
            let factor = 2_u32.saturating_pow(failures.saturating_sub(1));
            Some(interval.saturating_mul(factor).min(LONGEST_PAUSE))
        }
        Advice::GiveUp | Advice::Misuse => None,
    }
}

/// A request that is still pending at its end has expired, whatever the provider's clock says.
fn ended(error: ClientError) -> ClientError {
    match error {
        ClientError::AuthorizationPending { .. } | ClientError::SlowDown { .. } => ClientError::Expired,
        error => error,
    }
}

/// How long after `earlier` the other moment is; zero when it is not after it.
fn since(earlier: Timestamp, later: Timestamp) -> Duration {
    Duration::try_from(later.duration_since(earlier)).unwrap_or_default()
}
