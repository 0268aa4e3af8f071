//! Managers by name, so that parts of a program that know nothing of each other share tokens.

use super::{Refresh, TokenManager};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::clock::{Clock, SystemClock};
use crate::entropy::{Entropy, SystemEntropy};

/// Keeps track of token managers, which keep track of tokens. Cheap to clone; clones share the managers.
///
/// ```
/// # fn example(client: countersign_client::OpenIdconnectClient) -> Result<(), Box<dyn std::error::Error>> {
/// use countersign_client::{CibaRefresh, TokenManagerRegistry};
///
/// let registry = TokenManagerRegistry::new();
/// registry.create_manager("user.name@onesid1.com", CibaRefresh::new(client))?;
/// // Somewhere else in the program:
/// let manager = registry.manager("user.name@onesid1.com").ok_or("nobody of this name is signed in")?;
/// # let _ = manager; Ok(()) }
/// ```
#[derive(Clone)]
pub struct TokenManagerRegistry {
    inner: Arc<Inner>,
}

struct Inner {
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    managers: Mutex<BTreeMap<String, TokenManager>>,
}

/// There is a manager of this name already, and whoever holds it relies on its tokens.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is a token manager `{0}` already; take it with `manager`, or remove it first")]
pub struct ManagerExists(pub String);

impl TokenManagerRegistry {
    /// An empty registry.
    #[must_use]
    pub fn new() -> Self {
        Self::with_ports(Arc::new(SystemClock), Arc::new(SystemEntropy))
    }

    /// An empty registry with a clock and a source of chance of the caller's.
    #[must_use]
    pub fn with_ports(clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        let managers = Mutex::default();
        Self {
            inner: Arc::new(Inner {
                clock,
                entropy,
                managers,
            }),
        }
    }

    /// Makes a manager. It asks for its first tokens when somebody needs one, or is given them by
    /// [`store_tokens`](TokenManager::store_tokens).
    ///
    /// # Errors
    /// [`ManagerExists`]: the name is taken.
    pub fn create_manager(
        &self,
        name: impl Into<String>,
        refresh: impl Refresh + 'static,
    ) -> Result<TokenManager, ManagerExists> {
        let inner = &self.inner;
        match self.managers().entry(name.into()) {
            Entry::Occupied(entry) => Err(ManagerExists(entry.key().clone())),
            Entry::Vacant(entry) => {
                let manager = TokenManager::new(
                    entry.key().clone(),
                    Box::new(refresh),
                    Arc::clone(&inner.clock),
                    Arc::clone(&inner.entropy),
                );
                Ok(entry.insert(manager).clone())
            }
        }
    }

    /// The manager of a name.
    #[must_use]
    pub fn manager(&self, name: &str) -> Option<TokenManager> {
        self.managers().get(name).cloned()
    }

    /// Takes a manager out, for example when its person signs out. Whoever holds it still can use it.
    pub fn remove_manager(&self, name: &str) -> Option<TokenManager> {
        self.managers().remove(name)
    }

    fn managers(&self) -> MutexGuard<'_, BTreeMap<String, TokenManager>> {
        self.inner.managers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for TokenManagerRegistry {
    fn default() -> Self {
        Self::new()
    }
}
