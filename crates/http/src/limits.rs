//! Rates, sizes and times of the HTTP side. The limits against push bombing are not here but in the core's policy:
//! they are about people, these are about load.

use countersign_core::Refusal;
use countersign_core::id::ClientId;
use countersign_core::secret::TokenDigest;
use countersign_core::time::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// How often something may happen: at most `burst` at once, then `per_minute` evenly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many may come at once after a quiet time.
    pub burst: NonZeroU32,
    /// How many come back in a minute.
    pub per_minute: NonZeroU32,
}

/// How often something rare may happen: at most `burst` at once, then `per_hour` evenly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HourlyRate {
    /// How many may come at once after a quiet time.
    pub burst: NonZeroU32,
    /// How many come back in an hour.
    pub per_hour: NonZeroU32,
}

impl Rate {
    /// A rate; zeroes count as one.
    #[must_use]
    pub const fn new(burst: u32, per_minute: u32) -> Self {
        Self {
            burst: at_least_one(burst),
            per_minute: at_least_one(per_minute),
        }
    }

    fn quota(self) -> Quota {
        // A minute holds more nanoseconds than a u32 can divide away, so the period is never zero.
        Quota::with_period(Duration::from_secs(60) / self.per_minute.get())
            .unwrap_or_else(|| Quota::per_minute(self.per_minute))
            .allow_burst(self.burst)
    }
}

impl HourlyRate {
    /// A rate; zeroes count as one.
    #[must_use]
    pub const fn new(burst: u32, per_hour: u32) -> Self {
        Self {
            burst: at_least_one(burst),
            per_hour: at_least_one(per_hour),
        }
    }

    fn quota(self) -> Quota {
        Quota::per_hour(self.per_hour).allow_burst(self.burst)
    }
}

const fn at_least_one(number: u32) -> NonZeroU32 {
    match NonZeroU32::new(number) {
        Some(number) => number,
        None => NonZeroU32::MIN,
    }
}

/// What is limited, with its defaults. Addresses are counted one by one in IPv4 and by /64 in IPv6, the smallest
/// network that a subscriber is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// `POST /devices/registration`, per address.
    pub registration: Rate,
    /// `GET /devices/registration/status/{code}`, per address: one machine asks every ten seconds, and published
    /// clients ask without a pause while they get 404 (onesid.md §3).
    pub registration_status: Rate,
    /// `POST /authenticators` and `POST /enroll/challenge`, per address.
    pub enrolment: Rate,
    /// `POST /enroll`, per address (X.1280 profile §5).
    pub credential_enrolment: HourlyRate,
    /// `POST /auth/initiate`, per address (X.1280 profile §1): those that pass every check before.
    pub initiation: Rate,
    /// `POST /auth/oidc/bc-authorize`, per address: many phones may share one.
    pub scans: Rate,
    /// Failed client authentications, and names of services and people that are not known at `POST /auth/initiate`, per
    /// address. Only failures are counted, so a neighbour behind the same address
    /// that authenticates well is never refused.
    pub failed_authentication: Rate,
    /// Polls with one `auth_req_id`: far above any advertised interval (onesid.md C6), for published clients abort on
    /// `slow_down`.
    pub polls_per_request: Rate,
    /// Requests of one authenticated client at the OAuth endpoints, over all of its people.
    pub requests_per_client: Rate,
    /// Event streams that one phone may hold open.
    pub streams_per_phone: u32,
    /// How long the body of a request may take to arrive.
    pub body_timeout: Duration,
    /// No rate limits at all: for load tests only, warned of at start.
    pub danger_unlimited: bool,
}

impl Limits {
    /// The largest body that any endpoint reads, in bytes.
    pub const MAX_BODY: usize = 64 * 1024;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            registration: Rate::new(30, 30),
            registration_status: Rate::new(240, 240),
            enrolment: Rate::new(20, 20),
            credential_enrolment: HourlyRate::new(5, 5),
            initiation: Rate::new(10, 10),
            scans: Rate::new(120, 120),
            failed_authentication: Rate::new(60, 60),
            polls_per_request: Rate::new(100, 300),
            requests_per_client: Rate::new(2_000, 60_000),
            streams_per_phone: 4,
            body_timeout: Duration::from_secs(10),
            danger_unlimited: false,
        }
    }
}

/// The counters behind [`Limits`].
pub(crate) struct Limiters {
    pub(crate) registration: Limiter<IpAddr>,
    pub(crate) registration_status: Limiter<IpAddr>,
    pub(crate) enrolment: Limiter<IpAddr>,
    pub(crate) credential_enrolment: Limiter<IpAddr>,
    pub(crate) initiation: Limiter<IpAddr>,
    pub(crate) scans: Limiter<IpAddr>,
    pub(crate) failed_authentication: Limiter<IpAddr>,
    pub(crate) polls_per_request: Limiter<TokenDigest>,
    pub(crate) requests_per_client: Limiter<ClientId>,
}

impl Limiters {
    pub(crate) fn new(limits: &Limits, clock: &Arc<dyn Clock>) -> Self {
        let off = limits.danger_unlimited;
        Self {
            registration: Limiter::new(limits.registration.quota(), off, clock),
            registration_status: Limiter::new(limits.registration_status.quota(), off, clock),
            enrolment: Limiter::new(limits.enrolment.quota(), off, clock),
            credential_enrolment: Limiter::new(limits.credential_enrolment.quota(), off, clock),
            initiation: Limiter::new(limits.initiation.quota(), off, clock),
            scans: Limiter::new(limits.scans.quota(), off, clock),
            failed_authentication: Limiter::new(limits.failed_authentication.quota(), off, clock),
            polls_per_request: Limiter::new(limits.polls_per_request.quota(), off, clock),
            requests_per_client: Limiter::new(limits.requests_per_client.quota(), off, clock),
        }
    }
}

/// Counts one kind of thing by key (GCRA).
pub(crate) struct Limiter<K: Hash + Eq + Clone> {
    counts: Option<KeyedLimiter<K>>,
    clock: LimitClock,
    since_sweep: AtomicU32,
}

type KeyedLimiter<K> = RateLimiter<K, DashMapStateStore<K>, LimitClock, NoOpMiddleware<Duration>>;

/// Quiet keys are forgotten each time this many checks have passed, so that memory follows the load.
const SWEEP_EVERY: u32 = 4096;

impl<K: Hash + Eq + Clone> Limiter<K> {
    fn new(quota: Quota, off: bool, clock: &Arc<dyn Clock>) -> Self {
        let clock = LimitClock(Arc::clone(clock));
        let counts = (!off).then(|| RateLimiter::dashmap_with_clock(quota, clock.clone()));
        Self {
            counts,
            clock,
            since_sweep: AtomicU32::new(0),
        }
    }

    /// Counts one.
    ///
    /// # Errors
    /// `too_many_requests` with the time to wait.
    pub(crate) fn check(&self, key: &K) -> Result<(), Refusal> {
        let Some(counts) = &self.counts else { return Ok(()) };
        if self.since_sweep.fetch_add(1, Ordering::Relaxed) >= SWEEP_EVERY {
            self.since_sweep.store(0, Ordering::Relaxed);
            counts.retain_recent();
        }
        counts.check_key(key).map_err(|until| {
            let wait = until.wait_time_from(governor::clock::Clock::now(&self.clock));
            Refusal::too_many_requests(
                wait,
                "too many requests of this kind; wait as long as Retry-After says",
            )
        })
    }
}

/// The key of an address: itself in IPv4, its /64 in IPv6. Requests without a known address share one key.
pub(crate) fn network(address: Option<IpAddr>) -> IpAddr {
    match address {
        Some(IpAddr::V6(v6)) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
        Some(v4) => v4,
        None => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    }
}

/// The provider's clock in the shape that `governor` asks for.
#[derive(Clone)]
struct LimitClock(Arc<dyn Clock>);

impl governor::clock::Clock for LimitClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.now().millis()).unwrap_or(0))
    }
}
