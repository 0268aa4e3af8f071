//! The provider as a relying party calls it: `private_key_jwt`, signed requests, a device token for the rest.

use super::failure::Failure;
use crate::Party;
use countersign_core::time::{Clock, Duration, Timestamp};
use countersign_protocol::ciba::AuthenticationAnswer;
use countersign_protocol::qr::{LegacySession, SessionAnswer};
use countersign_protocol::token::{CLIENT_ASSERTION_TYPE, TokenAnswer};
use reqwest::{Client, RequestBuilder, redirect};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::Mutex;

/// Published clients wait so long and no longer (onesid.md §15).
const TIMEOUT: Duration = Duration::from_secs(3);
/// A device token is renewed this long before its end (onesid.md §5.1).
const RENEW_BEFORE: u64 = 100;

pub(super) struct ProviderClient {
    http: Client,
    party: Party,
    issuer: String,
    address: String,
    clock: Arc<dyn Clock>,
    token: Mutex<Option<(String, Timestamp)>>,
}

impl ProviderClient {
    pub(super) fn new(party: Party, issuer: String, address: String, clock: Arc<dyn Clock>) -> Self {
        let http = Client::builder()
            .redirect(redirect::Policy::none())
            .timeout(TIMEOUT)
            .no_proxy()
            // Only a test's own loopback address is ever called: no certificates are needed.
            .tls_certs_only([])
            .build()
            .expect("an HTTP client");
        Self {
            http,
            party,
            issuer,
            address,
            clock,
            token: Mutex::new(None),
        }
    }

    /// `POST {iss}/backchannel` with a signed request (onesid.md §6.1).
    pub(super) async fn start(&self, parameters: &Value) -> Result<AuthenticationAnswer, Failure> {
        let request = self
            .party
            .request_object(&self.issuer, self.clock.now(), parameters);
        self.form("/oidc/backchannel", &[("request", &request)]).await
    }

    /// `POST {iss}/token` (onesid.md §5).
    pub(super) async fn token(&self, grant: &[(&str, &str)]) -> Result<TokenAnswer, Failure> {
        self.form("/oidc/token", grant).await
    }

    /// `POST {iss}/qr/make`, without a body (onesid.md §10.1).
    pub(super) async fn make_session(&self) -> Result<SessionAnswer, Failure> {
        let request = self.http.post(self.url("/oidc/qr/make"));
        self.with_token(request).await
    }

    /// `POST {iss}/qr/status`; `None` is a session that is not there (onesid.md C7).
    pub(super) async fn session(&self, id: &str) -> Result<Option<SessionAnswer>, Failure> {
        let request = self.http.post(self.url("/oidc/qr/status"));
        self.with_token(request.json(&json!({ "sessionId": id }))).await
    }

    /// `GET {host}/auth/qr` (onesid.md §10.3).
    pub(super) async fn make_legacy_session(&self) -> Result<LegacySession, Failure> {
        self.with_token(self.http.get(self.url("/auth/qr"))).await
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    async fn form<T: DeserializeOwned>(&self, path: &str, fields: &[(&str, &str)]) -> Result<T, Failure> {
        let assertion = self.party.assertion(&self.issuer, self.clock.now());
        let mut form = vec![
            ("client_id", self.party.client_id.as_str()),
            ("client_assertion_type", CLIENT_ASSERTION_TYPE),
            ("client_assertion", &assertion),
        ];
        form.extend_from_slice(fields);
        send(self.http.post(self.url(path)).form(&form)).await
    }

    async fn with_token<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Failure> {
        let token = self.device_token().await?;
        send(request.bearer_auth(token)).await
    }

    async fn device_token(&self) -> Result<String, Failure> {
        let mut kept = self.token.lock().await;
        if let Some((token, until)) = kept.as_ref()
            && self.clock.now() < *until
        {
            return Ok(token.clone());
        }
        let fresh = self.token(&[("grant_type", "client_credentials")]).await?;
        let lifetime = Duration::from_secs(fresh.expires_in.saturating_sub(RENEW_BEFORE));
        *kept = Some((fresh.access_token.clone(), self.clock.now() + lifetime));
        Ok(fresh.access_token)
    }
}

async fn send<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, Failure> {
    let unreachable = |_| Failure::provider("the identity provider cannot be reached");
    let response = request.send().await.map_err(unreachable)?;
    let status = response.status();
    let body = response.bytes().await.map_err(unreachable)?;
    if !status.is_success() {
        return Err(Failure::passed_on(status, &body));
    }
    serde_json::from_slice(&body)
        .map_err(|_| Failure::provider("the identity provider gave an answer that cannot be read"))
}
