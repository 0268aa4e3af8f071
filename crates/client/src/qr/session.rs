//! A session as the service that made it sees it.

use countersign_protocol::ciba::VerificationToShow;
use countersign_protocol::qr::{SessionAnswer, SessionKind};
use serde::{Serialize, Serializer};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

use super::AuthenticationQrCodeContent;
use crate::ciba::CibaRequest;

/// A session of the provider. Clones are one session: whichever of them looks, the person is asked once.
///
/// Serialized it is what a front end gets to see (onesid.md §10.1, §11): the token that names the person is left out.
#[derive(Clone)]
pub struct QrSession {
    pub(super) answer: SessionAnswer,
    pub(super) asked: Arc<Mutex<Option<CibaRequest>>>,
    pub(super) request: Option<CibaRequest>,
}

/// How far a session has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QrState {
    /// No phone has scanned the code.
    Waiting,
    /// The person is being asked, or was: wait for the tokens with [`QrSession::request`].
    Requested,
}

impl QrSession {
    pub(super) fn new(answer: SessionAnswer) -> Self {
        Self {
            answer,
            asked: Arc::default(),
            request: None,
        }
    }

    /// The session of an id, for services that keep nothing but the id between two looks. Everything else is known after
    /// the first look.
    #[must_use]
    pub fn named(session_id: impl Into<String>) -> Self {
        Self::new(SessionAnswer {
            kind: SessionKind::Qr,
            session_id: session_id.into(),
            cb_url: String::new(),
            exp_in: 0,
            exp: None,
            interval: 0,
            aud: None,
            auth_request_id: None,
            ciba_request_invoked: false,
            login_hint_token: None,
            verification: None,
            qr_content: None,
            refresh_in: None,
        })
    }

    /// The session's id: whoever has it can scan, so it goes to the screen that shows the code and nowhere else.
    #[must_use]
    pub fn session_id(&self) -> &str {
        &self.answer.session_id
    }

    /// How far it has come.
    #[must_use]
    pub fn state(&self) -> QrState {
        if self.request.is_some() {
            QrState::Requested
        } else {
            QrState::Waiting
        }
    }

    /// How long it lived when it was looked at.
    #[must_use]
    pub const fn expires_in(&self) -> Duration {
        Duration::from_secs(self.answer.exp_in)
    }

    /// How long to wait between two looks.
    #[must_use]
    pub const fn interval(&self) -> Duration {
        Duration::from_secs(self.answer.interval)
    }

    /// What the code says; draw it until a phone has scanned it.
    #[must_use]
    pub fn content(&self) -> AuthenticationQrCodeContent {
        let told = self.answer.qr_content.as_deref();
        told.and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_else(|| AuthenticationQrCodeContent {
                cb_url: self.answer.cb_url.clone(),
                session_id: self.answer.session_id.clone(),
                t: None,
                m: None,
            })
    }

    /// After how long the code has to be asked for and drawn anew, while it waits for a phone.
    #[must_use]
    pub fn refresh_in(&self) -> Option<Duration> {
        self.answer.refresh_in.map(Duration::from_secs)
    }

    /// The code in half blocks for a terminal; `None` when its text is too long for a code.
    #[must_use]
    pub fn terminal_picture(&self) -> Option<String> {
        self.content().terminal_picture()
    }

    /// The code as an SVG image; `None` when its text is too long for a code.
    #[must_use]
    pub fn svg(&self) -> Option<String> {
        self.content().svg()
    }

    /// What the screen shows while the person decides, in verification modes with a code.
    #[must_use]
    pub fn verification(&self) -> Option<&VerificationToShow> {
        self.answer.verification.as_ref()
    }

    /// The request that was sent to the person who scanned.
    #[must_use]
    pub fn request(&self) -> Option<&CibaRequest> {
        self.request.as_ref()
    }

    /// The `auth_req_id` of that request.
    #[must_use]
    pub fn auth_request_id(&self) -> Option<&str> {
        self.request.as_ref().map(|request| request.auth_req_id.secret())
    }
}

impl Serialize for QrSession {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let shown = SessionAnswer {
            login_hint_token: None,
            ..self.answer.clone()
        };
        shown.serialize(serializer)
    }
}

impl fmt::Debug for QrSession {
    /// How far it has come: ids and tokens are left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QrSession")
            .field("state", &self.state())
            .field("expires_in", &self.expires_in())
            .finish_non_exhaustive()
    }
}
