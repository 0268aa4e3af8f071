//! Ping (CIBA Core §10.2): the provider calls the client's notification endpoint, and the client fetches the tokens.

use countersign_jose::{base64url, hash};
use serde::Deserialize;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use zeroize::Zeroizing;

use super::{Pause, Wake};
use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::error::ClientError;
use crate::secret::AuthReqId;

/// The most requests that wait for a ping at one time, unless [`Pings::with_capacity`] says otherwise.
const CAPACITY: usize = 100_000;
/// The longest callback body that is read, in bytes: `auth_req_id` is an opaque string of a few hundred at most.
const MAX_BODY: usize = 4096;
/// A ping can be lost on the way, and CIBA Core §5 lets a client in ping mode poll too: so rarely, and no more.
const SLOW_TICK: Duration = Duration::from_secs(30);

/// The SHA-256 of a `client_notification_token`. A look-up by it tells nothing through its time: whoever calls does not
/// choose the digest.
type Digest = [u8; 32];

/// Where pings come in: shared between the waiters and the route of the notification endpoint.
///
/// Each request has a `client_notification_token` of its own, so a ping is believed for that request alone, and nobody
/// but the provider can wake a waiter.
///
/// ```
/// use countersign_client::wake::{PingError, Pings};
///
/// let pings = Pings::new();
/// // The route of the notification endpoint hands over the header and the body as they came.
/// let answer = pings.deliver(Some("Bearer guessed"), br#"{"auth_req_id": "1c266114"}"#);
/// assert_eq!(answer, Err(PingError::Unauthorized));
/// assert_eq!(answer.unwrap_err().status(), 401);
/// ```
#[derive(Clone)]
pub struct Pings {
    shared: Arc<Shared>,
}

struct Shared {
    capacity: usize,
    waiting: Mutex<HashMap<Digest, Arc<Slot>>>,
}

/// What one request and its callback have in common.
#[derive(Default)]
struct Slot {
    auth_req_id: OnceLock<AuthReqId>,
    notify: Notify,
}

/// Why a callback was not believed. None says what was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PingError {
    /// There is no bearer token, or no request waits under it; also a request that has ended.
    #[error("the ping carries no client_notification_token of a waiting request")]
    Unauthorized,
    /// The body is not `{"auth_req_id": "…"}`, or names another request than the token.
    #[error("the body of the ping does not name the request of its client_notification_token")]
    Invalid,
}

impl PingError {
    /// The HTTP status to answer the callback with; a good ping is answered with 204 (CIBA Core §10.2).
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Unauthorized => 401,
            Self::Invalid => 400,
        }
    }
}

/// CIBA Core §10.2: the body of a ping. Unknown members are ignored.
#[derive(Deserialize)]
struct Callback {
    auth_req_id: AuthReqId,
}

impl Pings {
    /// A place for pings, for at most 100 000 requests at a time.
    #[must_use]
    pub fn new() -> Self {
        Self::with_capacity(CAPACITY)
    }

    /// The same for another number of requests.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        let waiting = Mutex::default();
        Self {
            shared: Arc::new(Shared { capacity, waiting }),
        }
    }

    /// Takes a callback as it came: the `Authorization` header and the body. `Ok` is to be answered with 204.
    ///
    /// # Errors
    /// [`PingError`], whose [`status`](PingError::status) is the answer. A callback that is not believed wakes nobody.
    pub fn deliver(&self, authorization: Option<&str>, body: &[u8]) -> Result<(), PingError> {
        let token = authorization.and_then(bearer).ok_or(PingError::Unauthorized)?;
        let slot = self
            .waiting()
            .get(&hash::sha256(token.as_bytes()))
            .map(Arc::clone)
            .ok_or(PingError::Unauthorized)?;
        let body = Some(body)
            .filter(|body| body.len() <= MAX_BODY)
            .ok_or(PingError::Invalid)?;
        let callback: Callback = serde_json::from_slice(body).map_err(|_| PingError::Invalid)?;
        // A provider may be faster with its ping than the answer that names the request. The ping is let through then:
        // its token was told to the provider alone, and the token endpoint has the last word.
        let ours = slot
            .auth_req_id
            .get()
            .is_none_or(|ours| hash::ct_eq(ours.as_bytes(), callback.auth_req_id.as_bytes()));
        if !ours {
            return Err(PingError::Invalid);
        }
        slot.notify.notify_one();
        Ok(())
    }

    /// A waiter with a new `client_notification_token`: 256 random bits in 43 characters (CIBA Core §7.1 asks for 128
    /// bits in at most 1024).
    ///
    /// # Errors
    /// [`ClientError::Misuse`], when as many wait as were allowed, or no randomness.
    pub(crate) fn expect(&self, entropy: &dyn Entropy) -> Result<Ping, ClientError> {
        let mut random = Zeroizing::new([0; 32]);
        entropy.fill(random.as_mut())?;
        let token = Zeroizing::new(base64url::encode(random.as_ref()));
        let digest = hash::sha256(token.as_bytes());
        let slot = Arc::new(Slot::default());
        let mut waiting = self.waiting();
        if waiting.len() >= self.shared.capacity {
            return Err(ClientError::Misuse(
                "more requests wait for a ping than were allowed; wait for some of them, or poll",
            ));
        }
        waiting.insert(digest, Arc::clone(&slot));
        drop(waiting);
        let pings = self.clone();
        Ok(Ping {
            pings,
            token,
            digest,
            slot,
        })
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<Digest, Arc<Slot>>> {
        self.shared.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Pings {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Pings {
    /// How many requests wait, and nothing of them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pings")
            .field("waiting", &self.waiting().len())
            .finish_non_exhaustive()
    }
}

/// RFC 6750 §2.1; the scheme is matched without regard to case (RFC 9110 §11.1).
fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.split_once(' ')?;
    scheme.eq_ignore_ascii_case("Bearer").then(|| token.trim())
}

/// Wakes when the ping of its request came in, and every 30 s without one. Once it is dropped, its token is worth
/// nothing.
pub struct Ping {
    pings: Pings,
    token: Zeroizing<String>,
    digest: Digest,
    slot: Arc<Slot>,
}

impl Ping {
    /// The `client_notification_token` to send with the request (CIBA Core §7.1).
    #[must_use]
    pub fn client_notification_token(&self) -> &str {
        &self.token
    }

    /// Ties the token to the request that it was sent with: a ping that names another one is refused from here on.
    pub(crate) fn belongs_to(&self, auth_req_id: &AuthReqId) {
        // Set once: a second answer to one request does not exist.
        let _ = self.slot.auth_req_id.set(auth_req_id.clone());
    }
}

impl Wake for Ping {
    async fn wake(&mut self, pause: Pause, clock: &dyn Clock) {
        let tick = Pause {
            interval: pause.interval.max(SLOW_TICK),
            ..pause
        };
        // A ping that came in while nobody waited here is kept, so it wakes at once.
        tokio::select! {
            biased;
            () = self.slot.notify.notified() => {}
            () = clock.sleep(tick.poll()) => {}
        }
    }
}

impl fmt::Debug for Ping {
    /// Nothing: the token wakes a waiter.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ping").finish_non_exhaustive()
    }
}

impl Drop for Ping {
    fn drop(&mut self) {
        self.pings.waiting().remove(&self.digest);
    }
}
