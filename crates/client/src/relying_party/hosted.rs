//! The provider's sessions that this service has made: what makes many looks at one session ask its person once.

use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::qr::QrSession;
use crate::token_set;

/// The most sessions that are remembered. Another process of the service, or the ten thousand and first session, does
/// without: the provider makes one request for one session in any case (onesid.md §10.1).
const MOST: usize = 10_000;

#[derive(Default)]
pub(super) struct ProviderSessions {
    sessions: Mutex<HashMap<String, (QrSession, Timestamp)>>,
}

impl ProviderSessions {
    pub(super) fn keep(&self, session: &QrSession, now: Timestamp) {
        let ends = token_set::expires_at(now, session.expires_in().as_secs());
        let mut sessions = self.sessions();
        if sessions.len() >= MOST {
            sessions.retain(|_, (_, ends)| now < *ends);
        }
        if sessions.len() < MOST {
            sessions.insert(session.session_id().to_owned(), (session.clone(), ends));
        }
    }

    /// The session of an id; the provider says whether there is one.
    pub(super) fn find(&self, id: &str) -> QrSession {
        let found = self.sessions().get(id).map(|(session, _)| session.clone());
        found.unwrap_or_else(|| QrSession::named(id))
    }

    fn sessions(&self) -> MutexGuard<'_, HashMap<String, (QrSession, Timestamp)>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
