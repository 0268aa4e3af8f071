//! `POST {iss}/qr/status` (onesid.md §10.1), and the request to the person who scanned.

use countersign_protocol::ciba::AuthenticationRequest;
use countersign_protocol::qr::{SessionAnswer, StatusRequest};
use reqwest::Method;
use std::time::Duration;

use super::QrSession;
use crate::ask::PendingCiba;
use crate::ciba::CibaRequest;
use crate::client::OpenIdconnectClient;
use crate::error::ClientError;
use crate::http::MAX_ANSWER;
use crate::secret::AuthReqId;
use crate::token_set;

/// What the person who scans is asked.
///
/// ```
/// use countersign_client::QrCiba;
///
/// let ciba = QrCiba::new("openid profile", "Sign in at till 4").resource("https://till.example");
/// assert_eq!(ciba.scope, "openid profile");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QrCiba {
    /// The scopes, separated by spaces.
    pub scope: String,
    /// The text that the phone shows.
    pub binding_message: String,
    /// The URL of the service that the access token is for (RFC 8707).
    pub resource: Option<String>,
}

impl QrCiba {
    /// Without a resource.
    #[must_use]
    pub fn new(scope: impl Into<String>, binding_message: impl Into<String>) -> Self {
        Self {
            scope: scope.into(),
            binding_message: binding_message.into(),
            resource: None,
        }
    }

    /// With a resource.
    #[must_use]
    pub fn resource(mut self, url: impl Into<String>) -> Self {
        self.resource = Some(url.into());
        self
    }
}

impl OpenIdconnectClient {
    /// Looks at a session, and asks its person as soon as a phone has scanned the code: once for each session, however
    /// often and from however many tasks this is called.
    ///
    /// ```
    /// # mod served { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/served.rs")); }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let served = served::Served::start().await;
    /// # let client = served.client().await;
    /// use countersign_client::{QrCiba, QrState};
    ///
    /// let session = client.make_qr_auth_session_idp().await?;
    /// let ciba = QrCiba::new("openid profile", "Sign in at till 4");
    /// let seen = client.verify_qr_auth_session_idp(&session, &ciba).await?;
    /// assert_eq!(seen.state(), QrState::Waiting);
    /// # served.scan(&session.content()).await;
    /// let seen = client.verify_qr_auth_session_idp(&session, &ciba).await?;
    /// assert_eq!(seen.state(), QrState::Requested);
    /// println!("poll with {:?}", seen.auth_request_id());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The session is unknown or has ended ([`ClientError::QrSessionEnded`]), the provider refuses the request, or it
    /// cannot be reached.
    pub async fn verify_qr_auth_session_idp(
        &self,
        session: &QrSession,
        ciba: &QrCiba,
    ) -> Result<QrSession, ClientError> {
        let look = StatusRequest {
            session_id: session.answer.session_id.clone(),
        };
        let url = self.endpoints().below_issuer("/qr/status");
        let answer: Option<SessionAnswer> = self
            .repeat_with_device_token(&url, MAX_ANSWER, |call| call.json(&look), Method::POST)
            .await?;
        let mut answer = answer.ok_or(ClientError::QrSessionEnded)?;
        // Held until the answer is here, so that a second look waits for it and sends nothing.
        let mut asked = session.asked.lock().await;
        if asked.is_none() {
            *asked = match (answer.auth_request_id.take(), answer.login_hint_token.take()) {
                (Some(auth_req_id), _) => Some(sent_before(auth_req_id, &answer)),
                (None, Some(token)) => Some(self.ask_who_scanned(&answer.session_id, token, ciba).await?),
                (None, None) => None,
            };
        }
        let request = asked.clone();
        drop(asked);
        answer.login_hint_token = None;
        if let Some(request) = &request {
            answer.auth_request_id = Some(request.auth_req_id.secret().to_owned());
            answer.ciba_request_invoked = true;
            answer.verification = answer.verification.or_else(|| request.verification.clone());
        }
        Ok(QrSession {
            answer,
            asked: session.asked.clone(),
            request,
        })
    }

    /// Looks at a session in its interval until a phone has scanned the code and its person is being asked.
    ///
    /// For a code that stands still. One that changes has to be drawn anew after each look, so its screen looks itself.
    ///
    /// ```
    /// # mod served { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/served.rs")); }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let served = served::Served::start().await;
    /// # let client = served.client().await;
    /// # let session = client.make_qr_auth_session_idp().await?;
    /// # served.scan(&session.content()).await;
    /// use countersign_client::QrCiba;
    ///
    /// let ciba = QrCiba::new("openid", "Sign in at till 4");
    /// let pending = client.wait_for_qr_scan(&session, &ciba).await?;
    /// println!("asked; {} s to answer", pending.request().expires_in);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`verify_qr_auth_session_idp`](Self::verify_qr_auth_session_idp); also when nobody scanned in time.
    pub async fn wait_for_qr_scan(
        &self,
        session: &QrSession,
        ciba: &QrCiba,
    ) -> Result<PendingCiba, ClientError> {
        let clock = &self.configuration().clock;
        let ends = token_set::expires_at(clock.now(), session.expires_in().as_secs());
        loop {
            clock.sleep(session.interval().max(Duration::from_secs(1))).await;
            let seen = Box::pin(self.verify_qr_auth_session_idp(session, ciba)).await?;
            match seen.request {
                Some(request) => return Ok(self.ciba().resume(request)),
                None if clock.now() >= ends => return Err(ClientError::QrSessionEnded),
                None => {}
            }
        }
    }

    async fn ask_who_scanned(
        &self,
        session_id: &str,
        login_hint_token: String,
        ciba: &QrCiba,
    ) -> Result<CibaRequest, ClientError> {
        self.start_ciba(AuthenticationRequest {
            scope: Some(ciba.scope.clone()),
            binding_message: Some(ciba.binding_message.clone()),
            resource: ciba.resource.clone(),
            login_hint_token: Some(login_hint_token),
            qr_session_id: Some(session_id.to_owned()),
            ..AuthenticationRequest::default()
        })
        .await
    }
}

/// CIBA Core §7.3 tells how long a request lives in the answer to it, which somebody else has got: another process of
/// this service, or this one before a restart.
fn sent_before(auth_req_id: String, session: &SessionAnswer) -> CibaRequest {
    /// onesid.md §7.
    const LIFETIME: u64 = 600;
    CibaRequest {
        auth_req_id: AuthReqId::new(auth_req_id),
        expires_in: LIFETIME,
        interval: session.interval,
        verification: session.verification.clone(),
    }
}
