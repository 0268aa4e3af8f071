//! A provider that answers what the test tells it to, over a real socket.

use crate::clocks::{BEGINNING, ManualClock};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use countersign_client::{ClientError, ClientId, Configuration, IssuerUrl, OpenIdconnectClient};
use countersign_jose::{Algorithm, KeyType, PrivateKey, sign};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, LazyLock, Mutex};

pub(crate) const CLIENT_ID: &str = "0b3a9b1e-8f0c-4f0e-9a51-6f9d8a1c2b3d";
pub(crate) const SUBJECT: &str = "5f8de0a2-53a8-4c62-a8b6-11b0f4f5a6c7";

/// The client's own key, made once: RSA takes its time.
static CLIENT_KEY: LazyLock<PrivateKey> = LazyLock::new(|| PrivateKey::generate(KeyType::P256).unwrap());
static PROVIDER_KEY: LazyLock<PrivateKey> = LazyLock::new(|| PrivateKey::generate(KeyType::Rsa2048).unwrap());

pub(crate) fn client_key() -> PrivateKey {
    CLIENT_KEY.clone()
}

/// The key that the provider signs with.
pub(crate) fn provider_key() -> PrivateKey {
    PROVIDER_KEY.clone()
}

/// What an endpoint answers.
#[derive(Clone)]
pub(crate) enum Answer {
    Json(u16, Value),
    Text(u16, &'static str, String),
    Redirect(String),
    /// With `Retry-After`.
    JsonAfter(u16, Value, u64),
    RetryAfter(u16, &'static str),
    /// A body that never ends.
    Endless,
    /// No answer at all.
    Silence,
}

/// What the client sent.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) authorization: Option<String>,
    pub(crate) user_agent: Option<String>,
    pub(crate) body: String,
}

impl Received {
    /// A member of a form.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        url::form_urlencoded::parse(self.body.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }
}

#[derive(Default)]
struct Script {
    /// Answers in their order; the last one stays.
    answers: HashMap<String, Vec<Answer>>,
    received: Vec<Received>,
}

#[derive(Clone)]
pub(crate) struct FakeProvider {
    pub(crate) host: String,
    pub(crate) clock: Arc<ManualClock>,
    script: Arc<Mutex<Script>>,
}

impl FakeProvider {
    /// A provider with a good description of itself and one good key, and nothing else.
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let fake = Self {
            host: format!("http://{}", listener.local_addr().unwrap()),
            clock: ManualClock::new(),
            script: Arc::default(),
        };
        fake.on(
            "/oidc/.well-known/openid-configuration",
            Answer::Json(200, fake.metadata()),
        );
        fake.on("/oidc/jwks", Answer::Json(200, jwks(&[(&provider_key(), "k1")])));
        let router = Router::new().fallback(answer).with_state(fake.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        fake
    }

    pub(crate) fn issuer(&self) -> String {
        format!("{}/oidc", self.host)
    }

    pub(crate) fn issuer_url(&self) -> IssuerUrl {
        IssuerUrl::new(self.issuer()).unwrap()
    }

    pub(crate) fn metadata(&self) -> Value {
        let iss = self.issuer();
        json!({
            "issuer": iss, "authorization_endpoint": format!("{iss}/auth"), "token_endpoint": format!("{iss}/token"),
            "jwks_uri": format!("{iss}/jwks"), "response_types_supported": ["none"],
            "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["RS256"],
            "backchannel_authentication_endpoint": format!("{iss}/backchannel"),
            "introspection_endpoint": format!("{iss}/token/introspection"),
            "revocation_endpoint": format!("{iss}/token/revocation"),
        })
    }

    /// From now on the path answers this.
    pub(crate) fn on(&self, path: &str, answer: Answer) {
        self.on_each(path, vec![answer]);
    }

    /// From now on the path answers these in turn, and then the last one for ever.
    pub(crate) fn on_each(&self, path: &str, answers: Vec<Answer>) {
        self.script
            .lock()
            .unwrap()
            .answers
            .insert(path.to_owned(), answers);
    }

    /// What came to a path.
    pub(crate) fn received(&self, path: &str) -> Vec<Received> {
        let script = self.script.lock().unwrap();
        let to_path = script.received.iter().filter(|received| received.path == path);
        to_path.cloned().collect()
    }

    pub(crate) fn configuration(&self) -> Configuration {
        Configuration {
            clock: self.clock.clone(),
            ..Configuration::default()
        }
    }

    pub(crate) async fn client(&self) -> OpenIdconnectClient {
        self.try_client(self.configuration()).await.unwrap()
    }

    pub(crate) async fn try_client(
        &self,
        configuration: Configuration,
    ) -> Result<OpenIdconnectClient, ClientError> {
        OpenIdconnectClient::discover_with_configuration(
            ClientId::new(CLIENT_ID.to_owned()),
            self.issuer_url(),
            client_key(),
            configuration,
        )
        .await
    }

    /// Claims of a good access token for this client.
    pub(crate) fn access_claims(&self) -> Value {
        json!({
            "iss": self.issuer(), "sub": SUBJECT, "aud": CLIENT_ID, "iat": BEGINNING, "exp": BEGINNING + 3600,
            "jti": "j1", "client_id": "rp", "scope": "api:read", "username": "user.name@onesid1.com",
        })
    }

    /// Claims of a good ID token for this client.
    pub(crate) fn id_claims(&self) -> Value {
        json!({
            "iss": self.issuer(), "sub": SUBJECT, "aud": CLIENT_ID, "iat": BEGINNING, "exp": BEGINNING + 3600,
            "acr": "phr", "amr": ["hwk", "user"], "auth_time": BEGINNING,
        })
    }
}

async fn answer(State(fake): State<FakeProvider>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let header = |name: &str| {
        parts
            .headers
            .get(name)
            .map(|value| value.to_str().unwrap().to_owned())
    };
    let path = parts.uri.path().to_owned();
    let chosen = {
        let mut script = fake.script.lock().unwrap();
        script.received.push(Received {
            method: parts.method.to_string(),
            path: path.clone(),
            authorization: header("authorization"),
            user_agent: header("user-agent"),
            body: String::from_utf8_lossy(&body).into_owned(),
        });
        match script.answers.get_mut(&path) {
            Some(answers) if answers.len() > 1 => answers.remove(0),
            Some(answers) => answers[0].clone(),
            None => Answer::Json(
                404,
                json!({ "error": "invalid_request", "error_description": "no such route" }),
            ),
        }
    };
    respond(chosen).await
}

async fn respond(answer: Answer) -> Response {
    let response = |status: u16, content_type: &str| {
        Response::builder()
            .status(status)
            .header("content-type", content_type)
    };
    match answer {
        Answer::Json(status, value) => response(status, "application/json")
            .body(Body::from(value.to_string()))
            .unwrap(),
        Answer::JsonAfter(status, value, seconds) => response(status, "application/json")
            .header("retry-after", seconds)
            .body(Body::from(value.to_string()))
            .unwrap(),
        Answer::Text(status, content_type, text) => {
            response(status, content_type).body(Body::from(text)).unwrap()
        }
        Answer::Redirect(to) => Response::builder()
            .status(307)
            .header("location", to)
            .body(Body::empty())
            .unwrap(),
        Answer::RetryAfter(status, seconds) => response(status, "application/json")
            .header("retry-after", seconds)
            .body(Body::from(r#"{"error":"temporarily_unavailable"}"#))
            .unwrap(),
        Answer::Endless => {
            let chunk = || Ok::<_, Infallible>(Bytes::from_static(&[b' '; 4096]));
            let chunks = futures_util::stream::repeat_with(chunk);
            response(200, "application/json")
                .body(Body::from_stream(chunks))
                .unwrap()
        }
        Answer::Silence => std::future::pending().await,
    }
}

/// A key set.
pub(crate) fn jwks(keys: &[(&PrivateKey, &str)]) -> Value {
    let keys: Vec<Value> = keys
        .iter()
        .map(|(key, kid)| {
            let jwk = key
                .public()
                .jwk()
                .clone()
                .with_kid((*kid).to_owned())
                .with_use_sig();
            let jwk = jwk.with_alg(key.public().natural_algorithm());
            serde_json::to_value(jwk).unwrap()
        })
        .collect();
    json!({ "keys": keys })
}

/// An access token of the provider.
pub(crate) fn access_token(claims: &Value) -> String {
    signed(&provider_key(), &json!({ "typ": "at+jwt", "kid": "k1" }), claims)
}

/// An ID token of the provider.
pub(crate) fn id_token(claims: &Value) -> String {
    signed(&provider_key(), &json!({ "typ": "JWT", "kid": "k1" }), claims)
}

pub(crate) fn signed(key: &PrivateKey, header: &Value, claims: &Value) -> String {
    let algorithm: Algorithm = key.public().natural_algorithm();
    sign(key, algorithm, header, claims).unwrap()
}

/// The same claims with others on top; `null` takes one away.
pub(crate) fn with(claims: &Value, changes: &Value) -> Value {
    let mut claims = claims.clone();
    let members = claims.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            members.remove(name);
        } else {
            members.insert(name.clone(), value.clone());
        }
    }
    claims
}
