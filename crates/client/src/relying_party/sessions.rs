//! QR sessions that the service keeps itself (onesid.md §10.2), and where it keeps them.

use async_trait::async_trait;
use countersign_jose::base64url;
use countersign_protocol::ErrorCode;
use countersign_protocol::ciba::VerificationToShow;
use countersign_protocol::qr::{SessionAnswer, SessionKind};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::error::Error;
use std::time::Duration;
use url::Url;

use super::Service;
use super::failure::Failure;
use crate::ciba::CibaRequest;
use crate::error::ClientError;

/// How long a session lives (onesid.md §10.3 gives 300 s for the older form).
const LIFETIME: Duration = Duration::from_secs(300);
/// Seconds between two looks of the front end (onesid.md C6).
const INTERVAL: u64 = 3;

/// Keeps the sessions of a service: in memory for one process ([`MemoryQrSessions`](super::MemoryQrSessions)), in a
/// database that all processes share otherwise.
#[async_trait]
pub trait QrSessions: Send + Sync {
    /// Keeps a new session until it ends.
    ///
    /// # Errors
    /// [`QrSessionsError::Full`], so that whoever makes sessions without end cannot fill the store; or it failed.
    async fn insert(&self, id: &str, session: ServiceQrSession) -> Result<(), QrSessionsError>;

    /// The session of an id. One that has ended may be left out or given: it is looked at before it counts.
    ///
    /// # Errors
    /// The store failed.
    async fn find(&self, id: &str) -> Result<Option<ServiceQrSession>, QrSessionsError>;

    /// Moves a session from [`Waiting`](ServiceQrStage::Waiting) to [`Taken`](ServiceQrStage::Taken), and says whether it
    /// did. Of two phones that scan at once one gets `true`: this has to be one step of the store.
    ///
    /// # Errors
    /// The store failed.
    async fn take(&self, id: &str) -> Result<bool, QrSessionsError>;

    /// Sets the stage of a session that was taken.
    ///
    /// # Errors
    /// The store failed.
    async fn settle(&self, id: &str, stage: ServiceQrStage) -> Result<(), QrSessionsError>;
}

/// A session as it is kept. Serializes for stores that keep text.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ServiceQrSession {
    /// When it ends.
    pub expires_at: Timestamp,
    /// How far it has come.
    pub stage: ServiceQrStage,
}

/// How far a session of the service has come.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceQrStage {
    /// No phone has scanned the code.
    Waiting,
    /// One has, and the provider is being asked.
    Taken,
    /// The person is being asked.
    Requested(CibaRequest),
}

/// Why a store did not do what it should.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QrSessionsError {
    /// There are as many sessions as it keeps.
    #[error("the store of QR sessions is full")]
    Full,
    /// It failed. The front end is told nothing of the reason.
    #[error(transparent)]
    Store(Box<dyn Error + Send + Sync>),
}

impl Service {
    /// A new session: 256 random bits, since whoever knows the id can scan.
    pub(super) async fn make(
        &self,
        sessions: &dyn QrSessions,
    ) -> Result<(String, ServiceQrSession), Failure> {
        let mut random = [0; 32];
        let entropy = &self.client.configuration().entropy;
        entropy.fill(&mut random).map_err(ClientError::from)?;
        let id = base64url::encode(&random);
        let session = ServiceQrSession {
            expires_at: self.now() + LIFETIME,
            stage: ServiceQrStage::Waiting,
        };
        sessions.insert(&id, session.clone()).await?;
        Ok((id, session))
    }

    /// A session that has not ended, also after its request was answered (onesid.md C8).
    pub(super) async fn living(
        &self,
        sessions: &dyn QrSessions,
        id: &str,
    ) -> Result<Option<ServiceQrSession>, Failure> {
        let found = sessions.find(id).await?;
        Ok(found.filter(|session| self.now() < session.expires_at))
    }

    /// Takes a session for the phone that scanned it. One session takes one phone.
    pub(super) async fn take(&self, sessions: &dyn QrSessions, id: &str) -> Result<(), Failure> {
        if self.living(sessions, id).await?.is_none() {
            return Err(Failure::session_not_found());
        }
        if sessions.take(id).await? {
            Ok(())
        } else {
            Err(Failure::new(
                ErrorCode::Conflict,
                "another phone has scanned this code; ask for a new one",
            ))
        }
    }

    /// The session as the front end sees it (onesid.md §10.1).
    pub(super) fn shown(&self, cb_url: &Url, id: &str, session: &ServiceQrSession) -> SessionAnswer {
        let request = match &session.stage {
            ServiceQrStage::Requested(request) => Some(request),
            ServiceQrStage::Waiting | ServiceQrStage::Taken => None,
        };
        let left = session.expires_at.duration_since(self.now()).as_secs();
        SessionAnswer {
            kind: SessionKind::QrClient,
            session_id: id.to_owned(),
            cb_url: cb_url.to_string(),
            exp_in: u64::try_from(left).unwrap_or(0),
            exp: u64::try_from(session.expires_at.as_second()).ok(),
            interval: INTERVAL,
            aud: Some(self.client.client_id().to_string()),
            auth_request_id: request.map(|request| request.auth_req_id.secret().to_owned()),
            ciba_request_invoked: request.is_some(),
            login_hint_token: None,
            verification: request
                .and_then(|request| -> Option<VerificationToShow> { request.verification.clone() }),
            qr_content: None,
            refresh_in: None,
        }
    }
}
