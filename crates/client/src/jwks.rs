use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use countersign_jose::{Algorithm, Header, Jwk, PublicKey};
use jiff::Timestamp;
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use crate::client::OpenIdconnectClient;
use crate::error::ClientError;
use crate::single_flight::SingleFlight;
use crate::validate::TokenError;

/// Enough for a rotation of every algorithm.
const MAX_KEYS: usize = 32;

/// Why the provider's keys cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JwksError {
    /// More keys than anyone needs; each costs a curve or modulus check.
    #[error("the provider publishes more than {MAX_KEYS} keys")]
    TooMany,
    /// Two keys share one `kid`, so the `kid` of a token does not name one key.
    #[error("the provider publishes two keys of the same `kid`")]
    DuplicateKid,
    /// There are no keys that may still be believed, and the last attempt to fetch some failed a moment ago.
    #[error(
        "there are no keys of the provider to judge tokens by, and the last attempt to fetch them failed a moment ago"
    )]
    Unavailable,
}

/// The provider's keys (RFC 7517 §5) and when they were fetched.
pub(crate) struct KeySet {
    keys: Vec<PublicKey>,
    fetched_at: Timestamp,
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

impl KeySet {
    /// Keys that we cannot use are left out (RFC 7517 §5): other algorithms, encryption keys, broken ones. A set that is
    /// larger than any, or in which a `kid` is not one key, is refused.
    fn of(document: &Document, fetched_at: Timestamp) -> Result<Self, JwksError> {
        if document.keys.len() > MAX_KEYS {
            return Err(JwksError::TooMany);
        }
        let keys: Vec<PublicKey> = document
            .keys
            .iter()
            .filter_map(|value| Jwk::parse(value).ok())
            .filter(Jwk::may_verify)
            .filter_map(|jwk| PublicKey::from_jwk(&jwk).ok())
            .collect();
        let mut kids: Vec<&str> = keys.iter().filter_map(|key| key.jwk().kid()).collect();
        let all = kids.len();
        kids.sort_unstable();
        kids.dedup();
        if kids.len() == all {
            Ok(Self { keys, fetched_at })
        } else {
            Err(JwksError::DuplicateKid)
        }
    }

    /// The key for a header: by `kid`; without one, the only key there is (onesid.md §1).
    fn find(&self, kid: Option<&str>) -> Result<&PublicKey, TokenError> {
        match (kid, self.keys.as_slice()) {
            (Some(kid), keys) => keys
                .iter()
                .find(|key| key.jwk().kid() == Some(kid))
                .ok_or(TokenError::UnknownKid),
            (None, [only]) => Ok(only),
            (None, _) => Err(TokenError::NoKid),
        }
    }
}

/// The keys in use, and at most one request for newer ones.
pub(crate) struct KeyCache {
    state: RwLock<State>,
    flight: SingleFlight<Arc<KeySet>>,
}

#[derive(Default)]
struct State {
    current: Option<Arc<KeySet>>,
    tried_at: Option<Timestamp>,
}

impl KeyCache {
    pub(crate) fn new() -> Self {
        Self {
            state: RwLock::default(),
            flight: SingleFlight::new(),
        }
    }

    fn look(&self) -> (Option<Arc<KeySet>>, Option<Timestamp>) {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        (state.current.clone(), state.tried_at)
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.write().unwrap_or_else(PoisonError::into_inner));
    }
}

impl OpenIdconnectClient {
    /// The key that a token names, and the algorithm that this key allows the token to name: the key decides, never the
    /// token (RFC 8725 §3.1). A `kid` that is not known causes one fetch, at most one in [`JwksRules::min_pause`].
    ///
    /// [`JwksRules::min_pause`]: crate::JwksRules::min_pause
    pub(crate) async fn key_for(&self, header: &Header) -> Result<(PublicKey, Algorithm), ClientError> {
        let set = self.key_set().await?;
        let key = match set.find(header.kid()) {
            Err(TokenError::UnknownKid | TokenError::NoKid) if self.may_fetch() => {
                self.fetch_keys().await?.find(header.kid())?.clone()
            }
            found => found?.clone(),
        };
        let algorithm = header
            .alg()
            .parse()
            .ok()
            .filter(|algorithm| key.supports(*algorithm))
            .ok_or(TokenError::Algorithm)?;
        Ok((key, algorithm))
    }

    /// The keys, fetched anew when they are older than `max_age`. When that fails, the old ones serve until `max_stale`.
    async fn key_set(&self) -> Result<Arc<KeySet>, ClientError> {
        let rules = self.configuration().jwks;
        let current = self.keys().look().0;
        let younger_than = |age| {
            let set = current.as_ref();
            set.filter(|set| self.age(set.fetched_at) < age).cloned()
        };
        if let Some(set) = younger_than(rules.max_age) {
            return Ok(set);
        }
        self.fetch_keys()
            .await
            .or_else(|error| younger_than(rules.max_stale).ok_or(error))
    }

    /// Fetches the keys, unless somebody tried a moment ago.
    async fn fetch_keys(&self) -> Result<Arc<KeySet>, ClientError> {
        self.keys()
            .flight
            .run(|| async {
                if !self.may_fetch() {
                    // Somebody else's flight may have landed between our look and our turn.
                    let newest = self.keys().look().0;
                    let newest =
                        newest.filter(|set| self.age(set.fetched_at) < self.configuration().jwks.max_age);
                    return newest.ok_or_else(|| JwksError::Unavailable.into());
                }
                let now = self.configuration().clock.now();
                self.keys().change(|state| state.tried_at = Some(now));
                let url = &self.endpoints().jwks;
                let document: Document = self
                    .repeat(|| async { Ok(self.http().get(url, StatusCode::OK).await?) })
                    .await?;
                let set = Arc::new(KeySet::of(&document, now)?);
                self.keys().change(|state| state.current = Some(Arc::clone(&set)));
                Ok(set)
            })
            .await
    }

    fn may_fetch(&self) -> bool {
        let pause = self.configuration().jwks.min_pause;
        self.keys()
            .look()
            .1
            .is_none_or(|tried_at| self.age(tried_at) >= pause)
    }

    /// How long ago a moment was; a clock that was set back makes everything old, so that nothing is believed for ever.
    fn age(&self, since: Timestamp) -> Duration {
        let elapsed = self.configuration().clock.now().duration_since(since);
        Duration::try_from(elapsed).unwrap_or(Duration::MAX)
    }
}
