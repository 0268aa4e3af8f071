//! Tokens that are always good: a manager keeps one set of tokens, and renews it before it ends.
//!
//! ```
//! # mod served { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/served.rs")); }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let served = served::Served::start().await;
//! # let client = served.client().await;
//! use countersign_client::{DeviceRefresh, TokenManagerRegistry};
//!
//! let registry = TokenManagerRegistry::new();
//! # let (clock, entropy) = (client.configuration().clock.clone(), client.configuration().entropy.clone());
//! # let registry = TokenManagerRegistry::with_ports(clock, entropy);
//! let device = registry.create_manager("device", DeviceRefresh::new(client))?;
//! // Whoever needs a token asks for it each time; mostly the answer is at hand.
//! let token = device.access_token().await?;
//! println!("Authorization: Bearer {}", token.secret());
//! # Ok(())
//! # }
//! ```

mod kept;
mod refresh;
mod registry;

pub use refresh::{CibaRefresh, DeviceRefresh, Refresh};
pub use registry::{ManagerExists, TokenManagerRegistry};

use jiff::Timestamp;
use kept::{Kept, Next};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::broadcast;

use crate::clock::Clock;
use crate::entropy::{self, Entropy};
use crate::error::ClientError;
use crate::secret::AccessToken;
use crate::token_set::TokenSet;

/// How many events a listener may be behind before it misses some.
const EVENTS: usize = 64;
/// How often [`TokenManager::keep_fresh`] looks at the clock at least: a machine that slept wakes to a stale token.
const LONGEST_NAP: Duration = Duration::from_secs(60);

/// Keeps one set of tokens and renews it: asked by many at once it makes one call, and it begins before the end.
///
/// Cheap to clone; clones share the tokens.
#[derive(Clone)]
pub struct TokenManager {
    inner: Arc<Inner>,
}

struct Inner {
    name: String,
    refresh: Box<dyn Refresh>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    kept: Mutex<Kept>,
    flight: Arc<tokio::sync::Mutex<()>>,
    events: broadcast::Sender<TokenEvent>,
}

/// What a manager tells its listeners.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum TokenEvent {
    /// There are new tokens. A refresh token among them replaces the one before it: write it where the old one was.
    Refreshed(Arc<TokenSet>),
    /// A renewal failed. The old token is handed out as long as it lives.
    Failed(ClientError),
}

impl TokenManager {
    pub(crate) fn new(
        name: String,
        refresh: Box<dyn Refresh>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        let (events, _) = broadcast::channel(EVENTS);
        let inner = Inner {
            name,
            refresh,
            clock,
            entropy,
            kept: Mutex::default(),
            flight: Arc::default(),
            events,
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The name that the registry knows it by.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// Puts tokens in, for example those of a sign-in: a manager that renews by refresh token needs them once.
    pub fn store_tokens(&self, tokens: TokenSet) {
        self.inner.store(tokens);
    }

    /// The tokens that are kept, whether or not they are still good.
    #[must_use]
    pub fn tokens(&self) -> Option<Arc<TokenSet>> {
        self.inner.kept().tokens()
    }

    /// A good access token, renewed first when its end is near.
    ///
    /// While renewals fail, the old token is given as long as it lives, and the next try waits a growing while.
    ///
    /// # Errors
    /// What the last renewal ran into, once there is no living token.
    pub async fn access_token(&self) -> Result<AccessToken, ClientError> {
        let now = self.inner.clock.now();
        let next = self.inner.kept().next(now);
        let seen = match next {
            Next::Give(tokens) => return Ok(tokens.access_token.clone()),
            Next::Fail(error) => return Err(error),
            Next::Renew { seen } => seen,
        };
        let renewed = self.renew(seen).await;
        let living = self.inner.kept().living(self.inner.clock.now());
        match (living, renewed) {
            (Some(tokens), _) => Ok(tokens.access_token.clone()),
            (None, Err(error)) => Err(error),
            (None, Ok(())) => Err(ClientError::Answer {
                problem: "the new access token has ended already",
            }),
        }
    }

    /// Renews now, however long the token would still live: for a token that a service has refused.
    ///
    /// Callers that come while a renewal runs get its outcome, and start none of their own.
    ///
    /// ```
    /// # mod served { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/served.rs")); }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let served = served::Served::start().await;
    /// # let client = served.client().await;
    /// # use countersign_client::{DeviceRefresh, TokenManagerRegistry};
    /// # let (clock, entropy) = (client.configuration().clock.clone(), client.configuration().entropy.clone());
    /// # let registry = TokenManagerRegistry::with_ports(clock, entropy);
    /// # let manager = registry.create_manager("device", DeviceRefresh::new(client))?;
    /// // A service has refused the token.
    /// manager.force_renew_token().await?;
    /// let other = manager.access_token().await?;
    /// # let _ = other;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// What the renewal ran into; the old tokens stay.
    pub async fn force_renew_token(&self) -> Result<(), ClientError> {
        let seen = self.inner.kept().generation();
        self.renew(seen).await
    }

    /// What happens to the tokens from now on. A listener that falls more than 64 events behind misses the oldest.
    ///
    /// ```
    /// # mod served { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/served.rs")); }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let served = served::Served::start().await;
    /// # let client = served.client().await;
    /// # use countersign_client::{DeviceRefresh, TokenManagerRegistry};
    /// # let (clock, entropy) = (client.configuration().clock.clone(), client.configuration().entropy.clone());
    /// # let registry = TokenManagerRegistry::with_ports(clock, entropy);
    /// # let manager = registry.create_manager("device", DeviceRefresh::new(client))?;
    /// use countersign_client::TokenEvent;
    ///
    /// let mut events = manager.events();
    /// manager.force_renew_token().await?;
    /// match events.recv().await? {
    ///     TokenEvent::Refreshed(tokens) => println!("good until {}", tokens.expires_at),
    ///     TokenEvent::Failed(error) => println!("{error}; what to do: {:?}", error.advice()),
    ///     _ => {}
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn events(&self) -> broadcast::Receiver<TokenEvent> {
        self.inner.events.subscribe()
    }

    /// Renews ahead of time for as long as it is polled, so that [`access_token`](Self::access_token) never waits. It does
    /// not return: spawn it, and abort it to stop. Without tokens to begin with it waits until there are some.
    ///
    /// ```no_run
    /// # async fn example(manager: countersign_client::TokenManager) -> Result<(), Box<dyn std::error::Error>> {
    /// let keeper = tokio::spawn({
    ///     let manager = manager.clone();
    ///     async move { manager.keep_fresh().await }
    /// });
    /// println!("{:?}", manager.access_token().await?);
    /// keeper.abort();
    /// # Ok(())
    /// # }
    /// ```
    pub async fn keep_fresh(&self) {
        loop {
            let now = self.inner.clock.now();
            let (due, seen) = {
                let kept = self.inner.kept();
                (kept.due(), kept.generation())
            };
            match due {
                Some(due) if due <= now => {
                    // A failure is an event, and moves the next try.
                    let _ = self.renew(seen).await;
                }
                due => {
                    let rest = due.map_or(LONGEST_NAP, |due| until(due, now));
                    self.inner.clock.sleep(rest.min(LONGEST_NAP)).await;
                }
            }
        }
    }

    /// One renewal at a time, shared by all who saw the same generation of tokens.
    async fn renew(&self, seen: u64) -> Result<(), ClientError> {
        let flight = Arc::clone(&self.inner.flight).lock_owned().await;
        if let Some(outcome) = self.inner.kept().outcome_since(seen) {
            return outcome;
        }
        let inner = Arc::clone(&self.inner);
        // The caller may go away, as HTTP handlers do. A refresh token that was sent is spent by then, so the answer is
        // always taken in.
        let renewal = tokio::spawn(async move {
            let outcome = inner.fly().await;
            drop(flight);
            outcome
        });
        renewal.await.unwrap_or(Err(ClientError::Answer {
            problem: "the renewal ended without one",
        }))
    }
}

impl fmt::Debug for TokenManager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenManager")
            .field("name", &self.inner.name)
            .finish_non_exhaustive()
    }
}

impl Inner {
    async fn fly(&self) -> Result<(), ClientError> {
        let current = self.kept().tokens();
        match self.refresh.refresh(current.as_deref()).await {
            Ok(mut tokens) => {
                // RFC 6749 §6: when the answer has no new refresh token, the old one goes on.
                if tokens.refresh_token.is_none() {
                    tokens.refresh_token = current.and_then(|current| current.refresh_token.clone());
                }
                self.store(tokens);
                Ok(())
            }
            Err(error) => {
                let (now, share) = (self.clock.now(), entropy::share(&*self.entropy));
                self.kept().fail(error.clone(), now, share);
                self.tell(TokenEvent::Failed(error.clone()));
                Err(error)
            }
        }
    }

    fn store(&self, tokens: TokenSet) {
        let (tokens, now) = (Arc::new(tokens), self.clock.now());
        let share = entropy::share(&*self.entropy);
        self.kept().store(Arc::clone(&tokens), now, share);
        self.tell(TokenEvent::Refreshed(tokens));
    }

    fn tell(&self, event: TokenEvent) {
        // Nobody has to listen.
        let _ = self.events.send(event);
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn until(due: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(due.duration_since(now)).unwrap_or_default()
}
