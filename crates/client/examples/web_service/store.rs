//! Things under ids that nobody guesses, in the memory of this process.

use countersign_client::{Entropy, SystemEntropy};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Anybody may begin a sign-in, so there is an end to how many are kept. A real service also ends its sessions by time.
const MOST: usize = 10_000;

pub(crate) struct Store<T>(Mutex<HashMap<String, T>>);

impl<T> Default for Store<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Store<T> {
    /// Keeps something under a new id of 256 random bits; `None` when there is no room.
    pub(crate) fn insert(&self, value: T) -> Option<String> {
        let mut random = [0; 32];
        SystemEntropy.fill(&mut random).ok()?;
        let id = random.iter().fold(String::new(), |mut id, byte| {
            // Writing to a string does not fail.
            let _ = write!(id, "{byte:02x}");
            id
        });
        let mut things = self.things();
        if things.len() >= MOST {
            return None;
        }
        things.insert(id.clone(), value);
        Some(id)
    }

    pub(crate) fn get(&self, id: &str) -> Option<T> {
        self.things().get(id).cloned()
    }

    /// Replaces what is there; what was removed stays away.
    pub(crate) fn set(&self, id: &str, value: T) {
        if let Some(thing) = self.things().get_mut(id) {
            *thing = value;
        }
    }

    pub(crate) fn remove(&self, id: &str) {
        self.things().remove(id);
    }

    fn things(&self) -> MutexGuard<'_, HashMap<String, T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
