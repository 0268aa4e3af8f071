//! Sessions in the memory of one process.

use async_trait::async_trait;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{QrSessions, QrSessionsError, ServiceQrSession, ServiceQrStage};
use crate::clock::{Clock, SystemClock};

/// The most sessions at a time, unless told otherwise: anybody may make one.
const MOST: usize = 10_000;

/// Keeps the sessions of a service that runs as one process; they end with it.
pub struct MemoryQrSessions {
    clock: Arc<dyn Clock>,
    most: usize,
    sessions: Mutex<HashMap<String, ServiceQrSession>>,
}

impl MemoryQrSessions {
    /// For at most 10 000 sessions.
    #[must_use]
    pub fn new() -> Self {
        Self::with(MOST, Arc::new(SystemClock))
    }

    /// For another number of sessions, and by another clock.
    #[must_use]
    pub fn with(most: usize, clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            most,
            sessions: Mutex::default(),
        }
    }

    fn sessions(&self) -> MutexGuard<'_, HashMap<String, ServiceQrSession>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryQrSessions {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl QrSessions for MemoryQrSessions {
    async fn insert(&self, id: &str, session: ServiceQrSession) -> Result<(), QrSessionsError> {
        let now = self.clock.now();
        let mut sessions = self.sessions();
        if sessions.len() >= self.most {
            sessions.retain(|_, session| now < session.expires_at);
        }
        if sessions.len() >= self.most {
            return Err(QrSessionsError::Full);
        }
        sessions.insert(id.to_owned(), session);
        Ok(())
    }

    async fn find(&self, id: &str) -> Result<Option<ServiceQrSession>, QrSessionsError> {
        Ok(self.sessions().get(id).cloned())
    }

    async fn take(&self, id: &str) -> Result<bool, QrSessionsError> {
        let mut sessions = self.sessions();
        let waiting = sessions
            .get_mut(id)
            .filter(|session| matches!(session.stage, ServiceQrStage::Waiting));
        let taken = waiting.map(|session| session.stage = ServiceQrStage::Taken);
        Ok(taken.is_some())
    }

    async fn settle(&self, id: &str, stage: ServiceQrStage) -> Result<(), QrSessionsError> {
        if let Some(session) = self.sessions().get_mut(id) {
            session.stage = stage;
        }
        Ok(())
    }
}
