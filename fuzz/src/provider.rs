//! The provider, and a client of it whose clock stands still.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use countersign_client::{
    Algorithm, ClientId, Clock, Configuration, IssuerUrl, JwksRules, OpenIdconnectClient, ProviderMetadata,
    Retry, Signer, SignerError,
};
use countersign_jose::{KeyType, PrivateKey};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};

/// The client id.
pub const CLIENT_ID: &str = "0b3a9b1e-8f0c-4f0e-9a51-6f9d8a1c2b3d";
/// The `kid` of [`PROVIDER_KEY`].
pub const KID: &str = "fuzz";
/// The time at which the clock stands, Unix seconds.
pub const NOW: i64 = 1_800_000_000;

/// The key of the provider, made anew for each run.
pub static PROVIDER_KEY: LazyLock<PrivateKey> =
    LazyLock::new(|| PrivateKey::generate(KeyType::P256).unwrap());

/// An answer that the fuzzer thought of.
#[derive(Clone, Default)]
pub struct Answer {
    /// The end of the path that it is for.
    pub path: &'static str,
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// A provider on loopback and its client, both in the thread of the fuzzer.
pub struct Provider {
    runtime: Runtime,
    answer: Arc<Mutex<Answer>>,
    client: OpenIdconnectClient,
    issuer: String,
}

impl Provider {
    /// Starts it.
    ///
    /// # Panics
    /// There is no loopback.
    #[must_use]
    pub fn start() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let answer = Arc::new(Mutex::new(Answer::default()));
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let issuer = issuer_at(listener.local_addr().unwrap());
        let usual = Arc::new(usual(&issuer));
        runtime.spawn(serve(listener, usual, Arc::clone(&answer)));
        let metadata: ProviderMetadata = serde_json::from_value(metadata(&issuer)).unwrap();
        let url = IssuerUrl::new(issuer.clone()).unwrap();
        let id = ClientId::new(CLIENT_ID.to_owned());
        let client = {
            let _entered = runtime.enter();
            OpenIdconnectClient::with_configuration(id, url, metadata, Quick, configuration()).unwrap()
        };
        Self {
            runtime,
            answer,
            client,
            issuer,
        }
    }

    /// The issuer.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// An input with the issuer where `{ISSUER}` stands.
    #[must_use]
    pub fn with_issuer(&self, input: &[u8]) -> Vec<u8> {
        std::str::from_utf8(input).map_or_else(
            |_| input.to_vec(),
            |text| text.replace("{ISSUER}", &self.issuer).into_bytes(),
        )
    }

    /// Claims of an access token that is good.
    #[must_use]
    pub fn claims(&self) -> Value {
        json!({
            "iss": self.issuer, "sub": "5f0f1f5e-6d0f-4a43-9f62-6c2f2a5c8c11", "aud": CLIENT_ID, "client_id": CLIENT_ID,
            "iat": NOW, "nbf": NOW, "exp": NOW + 600, "jti": "1ZcyNPWyGnDSd-8uQnLyfA", "scope": "openid api:read",
        })
    }

    /// Answers one path with this from now on, and lets the client make a call.
    ///
    /// # Panics
    /// Never.
    pub fn answering<F: Future>(
        &self,
        answer: Answer,
        call: impl FnOnce(OpenIdconnectClient) -> F,
    ) -> F::Output {
        *self.answer.lock().unwrap() = answer;
        self.calling(call)
    }

    /// Lets the client make a call.
    pub fn calling<F: Future>(&self, call: impl FnOnce(OpenIdconnectClient) -> F) -> F::Output {
        self.runtime.block_on(call(self.client.clone()))
    }
}

/// Nothing is repeated, and keys are fetched at every look.
#[must_use]
pub fn configuration() -> Configuration {
    Configuration {
        retry: Retry::NEVER,
        jwks: JwksRules {
            max_age: Duration::ZERO,
            max_stale: Duration::ZERO,
            min_pause: Duration::ZERO,
        },
        clock: Arc::new(StandingClock),
        ..Configuration::default()
    }
}

struct StandingClock;

#[async_trait]
impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(NOW).unwrap()
    }

    async fn sleep(&self, _pause: Duration) {
        tokio::task::yield_now().await;
    }
}

/// Nobody here looks at our signatures.
struct Quick;

#[async_trait]
impl Signer for Quick {
    fn algorithm(&self) -> Algorithm {
        Algorithm::Es256
    }

    async fn sign(&self, _signing_input: &[u8]) -> Result<Vec<u8>, SignerError> {
        Ok(vec![7; 64])
    }
}

fn issuer_at(address: SocketAddr) -> String {
    format!("http://{address}/oidc")
}

fn metadata(issuer: &str) -> Value {
    json!({
        "issuer": issuer, "authorization_endpoint": format!("{issuer}/auth"),
        "jwks_uri": format!("{issuer}/jwks"), "token_endpoint": format!("{issuer}/token"),
        "backchannel_authentication_endpoint": format!("{issuer}/backchannel"),
        "introspection_endpoint": format!("{issuer}/token/introspection"),
        "revocation_endpoint": format!("{issuer}/token/revocation"),
        "response_types_supported": ["none"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "ES256"],
    })
}

/// The answers to everything that the fuzzer does not answer.
fn usual(issuer: &str) -> Vec<Answer> {
    let jwk = PROVIDER_KEY
        .public()
        .jwk()
        .clone()
        .with_alg(Algorithm::Es256)
        .with_use_sig();
    let answer = |path, body: Value| Answer {
        path,
        status: 200,
        body: body.to_string().into_bytes(),
    };
    vec![
        answer("/.well-known/openid-configuration", metadata(issuer)),
        answer("/jwks", json!({ "keys": [jwk.with_kid(KID.to_owned())] })),
        answer(
            "/token",
            json!({ "access_token": "device", "token_type": "Bearer", "expires_in": 600 }),
        ),
    ]
}

async fn serve(listener: TcpListener, usual: Arc<Vec<Answer>>, answer: Arc<Mutex<Answer>>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(converse(stream, Arc::clone(&usual), Arc::clone(&answer)));
    }
}

/// One connection: reads request after request as far as its length says, and answers by its path.
async fn converse(mut stream: TcpStream, usual: Arc<Vec<Answer>>, answer: Arc<Mutex<Answer>>) {
    let _ = stream.set_nodelay(true);
    let mut read = Vec::new();
    loop {
        let Some(end) = head_end(&read) else {
            match stream.read_buf(&mut read).await {
                Ok(0) | Err(_) => return,
                Ok(_) => continue,
            }
        };
        let head = String::from_utf8_lossy(&read[..end]).into_owned();
        let whole = end + length(&head);
        while read.len() < whole {
            if !matches!(stream.read_buf(&mut read).await, Ok(1..)) {
                return;
            }
        }
        read.drain(..whole);
        let path = head
            .split(' ')
            .nth(1)
            .unwrap_or_default()
            .split('?')
            .next()
            .unwrap_or_default();
        let chosen = answer.lock().unwrap().clone();
        let chosen = if path.ends_with(chosen.path) && !chosen.path.is_empty() {
            chosen
        } else {
            let usual = usual.iter().find(|usual| path.ends_with(usual.path));
            usual.cloned().unwrap_or(Answer {
                path: "",
                status: 404,
                body: b"{}".to_vec(),
            })
        };
        let head = format!(
            "HTTP/1.1 {} Fuzz\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            chosen.status,
            chosen.body.len()
        );
        if stream
            .write_all(&[head.as_bytes(), &chosen.body].concat())
            .await
            .is_err()
        {
            return;
        }
    }
}

fn head_end(read: &[u8]) -> Option<usize> {
    read.windows(4)
        .position(|four| four == b"\r\n\r\n")
        .map(|at| at + 4)
}

fn length(head: &str) -> usize {
    let value = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse().ok())?
    });
    value.unwrap_or(0)
}
