use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Clock, SystemClock};
use crate::entropy::{Entropy, SystemEntropy};
use crate::retry::Retry;

/// The most that two clocks may differ: beyond it, an expired token would be good for too long.
pub const MAX_LEEWAY: Duration = Duration::from_secs(60);

/// What a client may be told beside its identity and its provider.
///
/// ```
/// use countersign_client::{Configuration, Retry};
///
/// let configuration = Configuration {
///     audiences: vec!["https://api.example.com".to_owned()],
///     retry: Retry::NEVER,
///     ..Configuration::default()
/// };
/// assert_eq!(configuration.leeway.as_secs(), 60);
/// ```
#[derive(Clone)]
pub struct Configuration {
    /// How long to wait for the provider.
    pub timeouts: Timeouts,
    /// Repetition of calls that are safe to repeat.
    pub retry: Retry,
    /// Repetition of discovery; [`Retry::NEVER`] by default.
    pub discovery_retry: Retry,
    /// How far the provider's clock may be from ours; at most [`MAX_LEEWAY`], which is also the default.
    pub leeway: Duration,
    /// What `aud` of an access token may name beside this client's id: the resources (RFC 8707) that this service
    /// answers for.
    pub audiences: Vec<String>,
    /// The scopes with which the provider itself may call this service (onesid.md §7); `idp-documents` by default.
    pub service_scopes: Vec<String>,
    /// The rules for the provider's keys.
    pub jwks: JwksRules,
    /// `User-Agent` of every call.
    pub user_agent: String,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
}

/// How long a call may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Until the connection stands.
    pub connect: Duration,
    /// Until the last byte of the answer is read, the connection included.
    pub answer: Duration,
}

/// When the provider's keys are fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JwksRules {
    /// How old the keys may be; older ones are fetched again before a token is judged by them.
    pub max_age: Duration,
    /// How old the keys may be when the provider cannot be reached: until then a key that was withdrawn is believed,
    /// after it nobody is.
    pub max_stale: Duration,
    /// The least time between two fetches. A token with a `kid` that is not known causes one, so without this anybody
    /// could make us hammer the provider.
    pub min_pause: Duration,
}

impl Default for Configuration {
    fn default() -> Self {
        Self {
            timeouts: Timeouts::default(),
            retry: Retry::SHORT,
            discovery_retry: Retry::NEVER,
            leeway: MAX_LEEWAY,
            audiences: Vec::new(),
            service_scopes: vec!["idp-documents".to_owned()],
            jwks: JwksRules::default(),
            user_agent: concat!("countersign-client/", env!("CARGO_PKG_VERSION")).to_owned(),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
        }
    }
}

impl Default for Timeouts {
    /// 5 s to connect, 10 s in all.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(10),
        }
    }
}

impl Default for JwksRules {
    /// Fetched every hour, believed for six when the provider is away, asked for at most once in ten seconds.
    fn default() -> Self {
        Self {
            max_age: Duration::from_secs(3600),
            max_stale: Duration::from_secs(6 * 3600),
            min_pause: Duration::from_secs(10),
        }
    }
}

impl fmt::Debug for Configuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Configuration")
            .field("timeouts", &self.timeouts)
            .field("retry", &self.retry)
            .field("discovery_retry", &self.discovery_retry)
            .field("leeway", &self.leeway)
            .field("audiences", &self.audiences)
            .field("service_scopes", &self.service_scopes)
            .field("jwks", &self.jwks)
            .field("user_agent", &self.user_agent)
            .finish_non_exhaustive()
    }
}
