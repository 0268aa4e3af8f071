//! QR sessions that the relying party keeps itself, in memory (onesid.md §10.2).

use super::failure::Failure;
use axum::http::StatusCode;
use countersign_core::entropy::Entropy;
use countersign_core::time::{Clock, Duration, Timestamp};
use countersign_protocol::ErrorCode;
use countersign_protocol::ciba::{AuthenticationAnswer, VerificationToShow};
use countersign_protocol::qr::SCAN_PATH;
use serde::Serialize;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How long a session lives (onesid.md §10.3 gives 300 s for the older form).
const LIFETIME: Duration = Duration::from_secs(300);
/// The most sessions at a time: anybody may make one.
const MOST: usize = 1000;

/// A session as the front end sees it (onesid.md §10.1).
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OwnSession {
    kind: &'static str,
    session_id: String,
    cb_url: String,
    exp_in: u64,
    exp: i64,
    interval: u64,
    aud: String,
    ciba_request_invoked: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_request_id: Option<String>,
    /// What the screen shows beside the code; the phone is never told it by us.
    #[serde(skip_serializing_if = "Option::is_none")]
    verification: Option<VerificationToShow>,
}

struct Entry {
    expires_at: Timestamp,
    stage: Stage,
}

enum Stage {
    Waiting,
    /// A phone has scanned, the provider is being asked.
    Taken,
    Started(Box<AuthenticationAnswer>),
}

pub(super) struct Sessions {
    cb_url: String,
    client_id: String,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    entries: Mutex<HashMap<String, Entry>>,
}

impl Sessions {
    pub(super) fn new(host: &str, client_id: &str, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            cb_url: format!("{host}{SCAN_PATH}"),
            client_id: client_id.to_owned(),
            clock,
            entropy,
            entries: Mutex::default(),
        }
    }

    /// Makes a session.
    pub(super) fn make(&self) -> Result<OwnSession, Failure> {
        let now = self.clock.now();
        let mut entries = self.entries();
        entries.retain(|_, entry| now < entry.expires_at);
        if entries.len() >= MOST {
            return Err(Failure::new(
                StatusCode::TOO_MANY_REQUESTS,
                ErrorCode::TooManyRequests.as_str(),
                "too many sessions at a time; try again later",
            ));
        }
        let id = countersign_jose::base64url::encode(&self.entropy.bytes::<32>());
        let entry = Entry {
            expires_at: now + LIFETIME,
            stage: Stage::Waiting,
        };
        let session = self.shown(&id, &entry);
        entries.insert(id, entry);
        Ok(session)
    }

    /// A living session, also after its request was approved (onesid.md C8).
    pub(super) fn find(&self, id: &str) -> Option<OwnSession> {
        let now = self.clock.now();
        let entries = self.entries();
        let entry = entries.get(id).filter(|entry| now < entry.expires_at)?;
        Some(self.shown(id, entry))
    }

    /// Takes a session for the phone that scanned it. One session takes one phone: of two that scan at once, one gets
    /// it.
    pub(super) fn take(&self, id: &str) -> Result<(), Failure> {
        let now = self.clock.now();
        let mut entries = self.entries();
        let entry = entries
            .get_mut(id)
            .filter(|entry| now < entry.expires_at)
            .ok_or_else(Failure::session_not_found)?;
        if !matches!(entry.stage, Stage::Waiting) {
            return Err(Failure::new(
                StatusCode::CONFLICT,
                ErrorCode::Conflict.as_str(),
                "another phone has scanned this code; ask for a new one",
            ));
        }
        entry.stage = Stage::Taken;
        Ok(())
    }

    /// Notes what came of asking the provider; after a refusal the session waits again.
    pub(super) fn settle(&self, id: &str, started: Option<&AuthenticationAnswer>) {
        if let Some(entry) = self.entries().get_mut(id) {
            entry.stage = started.map_or(Stage::Waiting, |answer| Stage::Started(Box::new(answer.clone())));
        }
    }

    fn shown(&self, id: &str, entry: &Entry) -> OwnSession {
        let started = match &entry.stage {
            Stage::Started(answer) => Some(answer),
            Stage::Waiting | Stage::Taken => None,
        };
        let left = entry.expires_at.unix() - self.clock.now().unix();
        OwnSession {
            kind: "qr_client",
            session_id: id.to_owned(),
            cb_url: self.cb_url.clone(),
            exp_in: u64::try_from(left).unwrap_or(0),
            exp: entry.expires_at.unix(),
            interval: 3,
            aud: self.client_id.clone(),
            ciba_request_invoked: started.is_some(),
            auth_request_id: started.map(|answer| answer.auth_req_id.clone()),
            verification: started.and_then(|answer| answer.verification.clone()),
        }
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<String, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
