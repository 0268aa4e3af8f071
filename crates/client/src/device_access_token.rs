use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use countersign_protocol::token::TokenAnswer;
use jiff::Timestamp;
use reqwest::StatusCode;

use crate::client::OpenIdconnectClient;
use crate::error::ClientError;
use crate::http::Expected;
use crate::secret::AccessToken;
use crate::single_flight::SingleFlight;
use crate::token_set;

/// How long before its end a token is renewed, as the published clients do (onesid.md §5.1).
const RENEW_BEFORE: Duration = Duration::from_secs(100);

/// The client's own access token (onesid.md §5.1).
#[derive(Debug, Clone)]
pub struct DeviceAccessToken {
    /// The token, for an `Authorization: Bearer` header.
    pub access_token: AccessToken,
    /// When it ends on this machine's clock, counted from before it was asked for.
    pub expires_at: Timestamp,
}

/// The token in use, and at most one request for the next.
pub(crate) struct DeviceTokens {
    current: RwLock<Option<DeviceAccessToken>>,
    flight: SingleFlight<DeviceAccessToken>,
}

impl DeviceTokens {
    pub(crate) fn new() -> Self {
        Self {
            current: RwLock::new(None),
            flight: SingleFlight::new(),
        }
    }

    fn current(&self) -> Option<DeviceAccessToken> {
        self.current
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn keep(&self, token: &DeviceAccessToken) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(token.clone());
    }
}

impl OpenIdconnectClient {
    /// The client's own access token: from the cache while it is good for another 100 s, else a new one. Many callers
    /// at once cause one request.
    ///
    /// A provider that is away does not take away a token that is still good.
    ///
    /// ```
    /// # mod served { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/served.rs")); }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let served = served::Served::start().await;
    /// # let client = served.client().await;
    /// let token = client.device_access_token().await?;
    /// println!("Authorization: Bearer {}", token.access_token.secret());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ClientError`], `invalid_client` when the provider does not take this client for what it says it is.
    pub async fn device_access_token(&self) -> Result<DeviceAccessToken, ClientError> {
        let tokens = self.device_tokens();
        let current = tokens.current();
        if let Some(token) = current.as_ref().filter(|token| self.lasts(token, RENEW_BEFORE)) {
            return Ok(token.clone());
        }
        let renewed = tokens.flight.run(|| self.fetch_and_keep()).await;
        match (renewed, current) {
            (Err(error), Some(token)) if error.is_passing() && self.lasts(&token, Duration::ZERO) => {
                Ok(token)
            }
            (renewed, _) => renewed,
        }
    }

    /// A new access token, whatever the cache holds; the cache keeps it.
    ///
    /// ```
    /// # mod served { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/served.rs")); }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let served = served::Served::start().await;
    /// # let client = served.client().await;
    /// let token = client.request_device_access_token().await?;
    /// println!("good until {}", token.expires_at);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`device_access_token`](Self::device_access_token).
    pub async fn request_device_access_token(&self) -> Result<DeviceAccessToken, ClientError> {
        self.fetch_and_keep().await
    }

    /// The successor of a token that the provider refused, which may be in the cache already.
    pub(crate) async fn renew_device_access_token(
        &self,
        refused: &DeviceAccessToken,
    ) -> Result<DeviceAccessToken, ClientError> {
        let tokens = self.device_tokens();
        match tokens.current() {
            Some(token) if token.access_token.secret() != refused.access_token.secret() => Ok(token),
            _ => tokens.flight.run(|| self.fetch_and_keep()).await,
        }
    }

    fn lasts(&self, token: &DeviceAccessToken, further: Duration) -> bool {
        self.configuration().clock.now() + further < token.expires_at
    }

    async fn fetch_and_keep(&self) -> Result<DeviceAccessToken, ClientError> {
        let token = self.repeat(|| self.fetch_device_access_token()).await?;
        self.device_tokens().keep(&token);
        Ok(token)
    }

    async fn fetch_device_access_token(&self) -> Result<DeviceAccessToken, ClientError> {
        let asked_at = self.configuration().clock.now();
        let fields = [("grant_type", "client_credentials")];
        let answer: TokenAnswer = self
            .post_authenticated(
                self.endpoints().token()?,
                &fields,
                Expected::Status(StatusCode::OK),
            )
            .await?;
        token_set::require_bearer(&answer.token_type)?;
        Ok(DeviceAccessToken {
            expires_at: token_set::expires_at(asked_at, answer.expires_in),
            access_token: AccessToken::new(answer.access_token),
        })
    }
}
