//! What a person is asked (CIBA Core §7.1), put together member by member.

use super::PendingCiba;
use countersign_protocol::ciba::AuthenticationRequest;
use std::time::Duration;

use crate::ciba::{self, LoginHint};
use crate::client::OpenIdconnectClient;
use crate::error::ClientError;
use crate::token_set::TokenSet;
use crate::wake::{Interval, Ping, Pings};

/// A request that has not been sent. Unless told otherwise it asks for the scope `openid`.
#[must_use = "nothing is asked until `send` or `wait`"]
pub struct Ask {
    client: OpenIdconnectClient,
    parameters: AuthenticationRequest,
}

impl Ask {
    pub(super) fn new(client: OpenIdconnectClient, login_hint: &LoginHint) -> Self {
        let mut parameters =
            ciba::authentication_request(login_hint, "openid".to_owned(), String::new(), None);
        // Optional in CIBA Core §7.1; an empty one could not be shown.
        parameters.binding_message = None;
        Self { client, parameters }
    }

    /// The scopes, separated by spaces: `openid` for an ID token, `offline_access` for a refresh token.
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.parameters.scope = Some(scope.into());
        self
    }

    /// The text that the person's phone shows, and that your screen should show too.
    pub fn binding_message(mut self, text: impl Into<String>) -> Self {
        self.parameters.binding_message = Some(text.into());
        self
    }

    /// The URL of the service that the access token is for (RFC 8707). With it the access token is a JWT for that service,
    /// without it an opaque token for the provider's own endpoints.
    pub fn resource(mut self, url: impl Into<String>) -> Self {
        self.parameters.resource = Some(url.into());
        self
    }

    /// The authentication context classes that would do, separated by spaces.
    pub fn acr_values(mut self, values: impl Into<String>) -> Self {
        self.parameters.acr_values = Some(values.into());
        self
    }

    /// How long the person should have, in whole seconds; the provider may allow less.
    pub fn requested_expiry(mut self, time: Duration) -> Self {
        self.parameters.requested_expiry = Some(time.as_secs().to_string());
        self
    }

    /// Sends the request.
    ///
    /// # Errors
    /// What the provider refuses, for example `unknown_user_id` or `invalid_scope` (CIBA Core §13), or why it could not
    /// be asked.
    pub async fn send(self) -> Result<PendingCiba, ClientError> {
        let request = self.client.start_ciba(self.parameters).await?;
        Ok(PendingCiba::new(self.client, request, Interval))
    }

    /// Sends the request with a `client_notification_token`, so that the provider's ping ends the waiting (CIBA Core
    /// §7.1, §10.2). The client has to be registered for ping at the provider.
    ///
    /// ```
    /// # mod served { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/served.rs")); }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let served = served::Served::start().await;
    /// # let client = served.client().await;
    /// use countersign_client::LoginHint;
    /// use countersign_client::wake::Pings;
    ///
    /// // One for the whole service; the route of its notification endpoint has a clone.
    /// let pings = Pings::new();
    /// let ask = client.ciba().ask(LoginHint::username("user.name@onesid1.com"));
    /// let pending = ask.send_for_ping(&pings).await?;
    /// # served.decide("approved").await;
    /// let tokens = pending.wait().await?;
    /// # let _ = tokens;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`send`](Self::send); and [`ClientError::Misuse`], when as many wait for a ping as `pings` was made for.
    pub async fn send_for_ping(mut self, pings: &Pings) -> Result<PendingCiba<Ping>, ClientError> {
        let ping = pings.expect(&*self.client.configuration().entropy)?;
        self.parameters.client_notification_token = Some(ping.client_notification_token().to_owned());
        let request = self.client.start_ciba(self.parameters).await?;
        ping.belongs_to(&request.auth_req_id);
        Ok(PendingCiba::new(self.client, request, ping))
    }

    /// Sends the request and waits until the person has answered. Dropping the future stops the waiting.
    ///
    /// ```
    /// # mod served { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/served.rs")); }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let served = served::Served::start().await;
    /// # let client = served.client().await;
    /// use countersign_client::LoginHint;
    ///
    /// let ask = client.ciba().ask(LoginHint::username("user.name@onesid1.com"));
    /// let answer = ask.wait().await;
    /// assert!(answer.is_err(), "nobody answered, and the request has ended");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`send`](Self::send) and [`PendingCiba::wait`].
    pub async fn wait(self) -> Result<TokenSet, ClientError> {
        Box::pin(self.send()).await?.wait().await
    }
}
