//! The phone as an OAuth client: its token, and calls that carry it.

use countersign_jose::{PrivateKey, sign};
use countersign_protocol::ErrorCode;
use countersign_protocol::ciba::OneOrMany;
use countersign_protocol::token::{CLIENT_ASSERTION_TYPE, JwtClaims, TokenAnswer};
use reqwest::{RequestBuilder, Response};
use serde::de::DeserializeOwned;
use serde_json::json;
use tokio::sync::Mutex;
use zeroize::Zeroizing;

use crate::http::Http;
use crate::{Account, Error, Ports};

/// How long a client assertion lives: it is used at once (RFC 7523 §3).
const ASSERTION_SECONDS: i64 = 60;
/// A token is renewed this long before its end, so that it never ends on the way.
const RENEW_BEFORE_SECONDS: i64 = 100;

/// The phone's authenticated connection to its provider. The access token lives in memory only.
pub(crate) struct Session {
    pub(crate) http: Http,
    pub(crate) account: Account,
    pub(crate) key: PrivateKey,
    pub(crate) ports: Ports,
    token: Mutex<Option<Token>>,
}

struct Token {
    value: Zeroizing<String>,
    renew_at: i64,
}

impl Session {
    pub(crate) fn new(account: Account, key: PrivateKey, ports: Ports) -> Result<Self, Error> {
        let http = Http::new(account.address())?;
        Ok(Self {
            http,
            account,
            key,
            ports,
            token: Mutex::new(None),
        })
    }

    /// A call with the phone's token that answers JSON. `request` is built anew when the token has to be renewed.
    pub(crate) async fn json<T: DeserializeOwned>(
        &self,
        request: impl Fn(&Http) -> RequestBuilder,
    ) -> Result<T, Error> {
        self.with_bearer(|bearer| self.http.json(request(&self.http).bearer_auth(bearer)))
            .await
    }

    /// A call with the phone's token whose success says nothing more.
    pub(crate) async fn done(&self, request: impl Fn(&Http) -> RequestBuilder) -> Result<(), Error> {
        self.with_bearer(|bearer| self.http.done(request(&self.http).bearer_auth(bearer)))
            .await
    }

    /// A call with the phone's token whose answer is a stream.
    pub(crate) async fn open(&self, request: impl Fn(&Http) -> RequestBuilder) -> Result<Response, Error> {
        self.with_bearer(|bearer| self.http.open(request(&self.http).bearer_auth(bearer)))
            .await
    }

    /// Makes a call, and makes it once more with another token when the provider does not know this one.
    async fn with_bearer<T, F>(&self, call: impl Fn(&str) -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let bearer = self.bearer().await?;
        match call(&bearer).await {
            Err(error) if error.is_refusal(ErrorCode::InvalidToken) => {
                call(&self.renewed(&bearer).await?).await
            }
            answer => answer,
        }
    }

    /// The token, fetched when there is none or when it ends soon. The lock is held meanwhile: calls that start
    /// together share one fetch.
    async fn bearer(&self) -> Result<Zeroizing<String>, Error> {
        let mut token = self.token.lock().await;
        if let Some(token) = token.as_ref()
            && self.ports.clock.now() < token.renew_at
        {
            return Ok(token.value.clone());
        }
        let fresh = self.fetch().await?;
        let value = fresh.value.clone();
        *token = Some(fresh);
        Ok(value)
    }

    /// Another token after the provider refused `spent`: it may have been restarted, or a clock jumped.
    async fn renewed(&self, spent: &str) -> Result<Zeroizing<String>, Error> {
        {
            let mut token = self.token.lock().await;
            if token.as_ref().is_some_and(|token| token.value.as_str() == spent) {
                *token = None;
            }
        }
        self.bearer().await
    }

    /// `POST {issuer}/token`, `client_credentials` with `private_key_jwt` (RFC 6749 §4.4, RFC 7523 §2.2).
    async fn fetch(&self) -> Result<Token, Error> {
        let assertion = self.client_assertion()?;
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", self.account.client_id.as_str()),
            ("client_assertion_type", CLIENT_ASSERTION_TYPE),
            ("client_assertion", assertion.as_str()),
        ];
        // The issuer is {host}/oidc, which was checked at enrolment; the address may be another one of that host.
        let answer: TokenAnswer = self.http.json(self.http.post("/oidc/token").form(&form)).await?;
        let lifetime = i64::try_from(answer.expires_in).unwrap_or(i64::MAX);
        Ok(Token {
            value: Zeroizing::new(answer.access_token),
            renew_at: self
                .ports
                .clock
                .now()
                .saturating_add(lifetime)
                .saturating_sub(RENEW_BEFORE_SECONDS),
        })
    }

    fn client_assertion(&self) -> Result<String, Error> {
        let now = self.ports.clock.now();
        let claims = JwtClaims {
            iss: Some(self.account.client_id.clone()),
            sub: Some(self.account.client_id.clone()),
            aud: Some(OneOrMany::One(self.account.issuer.clone())),
            jti: Some(self.ports.jti()?),
            iat: Some(now),
            nbf: Some(now),
            exp: Some(now.saturating_add(ASSERTION_SECONDS)),
        };
        self.sign("JWT", &claims)
    }

    /// A compact JWS by the phone's key; `kid` is the key's thumbprint.
    pub(crate) fn sign(&self, typ: &str, claims: &impl serde::Serialize) -> Result<String, Error> {
        let header = json!({ "typ": typ, "kid": self.account.thumbprint });
        Ok(sign(
            &self.key,
            self.key.public().natural_algorithm(),
            &header,
            claims,
        )?)
    }
}
