//! A push service on this machine that keeps what it receives, and a phone's end that decrypts it.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Response, StatusCode, Uri};
use countersign_jose::ece::{self, AgreementKey};
use countersign_jose::{Algorithm, Jwk, PublicKey, UnverifiedJws, base64url};
use countersign_protocol::authenticator::PushSubscriptionRequest;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

/// What the service was sent.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// How the service answers.
#[derive(Debug, Clone)]
pub(crate) enum Answers {
    /// With a status.
    Status(u16),
    /// With a status and a header.
    With(u16, &'static str, String),
    /// Never.
    Silence,
    /// With 201 and a body that never ends.
    Flood,
}

/// What the service keeps.
#[derive(Default)]
struct Kept {
    received: Mutex<Vec<Received>>,
    script: Mutex<VecDeque<Answers>>,
}

pub(crate) struct PushService {
    address: SocketAddr,
    kept: Arc<Kept>,
}

impl PushService {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let kept = Arc::<Kept>::default();
        let router = Router::new().fallback(take).with_state(Arc::clone(&kept));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, kept }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The next answer; without one it is 201.
    pub(crate) fn answers(&self, answers: Answers) {
        self.kept.script.lock().unwrap().push_back(answers);
    }

    /// What came since the last time.
    pub(crate) fn received(&self) -> Vec<Received> {
        std::mem::take(&mut *self.kept.received.lock().unwrap())
    }
}

async fn take(
    State(kept): State<Arc<Kept>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let path = uri.path().to_owned();
    kept.received.lock().unwrap().push(Received {
        method,
        path,
        headers,
        body,
    });
    let answers = kept.script.lock().unwrap().pop_front();
    let status = |status: u16| Response::builder().status(StatusCode::from_u16(status).unwrap());
    match answers.unwrap_or(Answers::Status(201)) {
        Answers::Status(code) => status(code).body(Body::from("an answer")),
        Answers::With(code, name, value) => status(code).header(name, value).body(Body::empty()),
        Answers::Silence => std::future::pending().await,
        Answers::Flood => {
            let chunk = Ok::<_, std::io::Error>(Bytes::from_static(&[b'a'; 64 * 1024]));
            status(201).body(Body::from_stream(futures_util::stream::repeat_with(move || {
                chunk
                    .as_ref()
                    .map(Clone::clone)
                    .map_err(|_| std::io::Error::other("never"))
            })))
        }
    }
    .unwrap()
}

/// The browser's side of a subscription.
pub(crate) struct Receiver {
    key: AgreementKey,
    auth: [u8; 16],
}

impl Receiver {
    pub(crate) fn new(seed: u8) -> Self {
        Self {
            key: AgreementKey::from_scalar(&[seed; 32]).unwrap(),
            auth: [seed; 16],
        }
    }

    /// What `PushSubscription.toJSON()` gives.
    pub(crate) fn subscription(&self, endpoint: &str) -> PushSubscriptionRequest {
        serde_json::from_value(json!({
            "endpoint": endpoint,
            "expirationTime": null,
            "keys": {
                "p256dh": base64url::encode(self.key.public().as_bytes()),
                "auth": base64url::encode(&self.auth),
            },
        }))
        .unwrap()
    }

    pub(crate) fn open(&self, received: &Received) -> Vec<u8> {
        ece::decrypt(&received.body, &self.key, &self.auth)
            .expect("the phone decrypts")
            .to_vec()
    }
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> &str {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next().unwrap_or_else(|| panic!("{name} is there"));
        assert!(values.next().is_none(), "{name} is there once");
        value.to_str().unwrap()
    }

    /// Verifies the signature of RFC 8292 §3 and gives key and claims.
    pub(crate) fn vapid(&self) -> (String, Value) {
        let credentials = self.header("authorization").strip_prefix("vapid ").unwrap();
        let part = |name: &str| {
            let mut parts = credentials.split(", ");
            parts
                .find_map(|part| part.strip_prefix(name)?.strip_prefix('='))
                .unwrap()
        };
        let point = base64url::decode(part("k")).unwrap();
        assert_eq!((point.len(), point[0]), (65, 4), "an uncompressed point");
        let jwk = json!({
            "kty": "EC", "crv": "P-256",
            "x": base64url::encode(&point[1..33]), "y": base64url::encode(&point[33..]),
        });
        let key = PublicKey::from_jwk(&Jwk::parse(&jwk).unwrap()).unwrap();
        let token = UnverifiedJws::parse(part("t")).unwrap();
        assert_eq!(token.header().typ(), Some("JWT"));
        let verified = token
            .verify(&key, Algorithm::Es256)
            .expect("the signature verifies");
        (part("k").to_owned(), verified.claims().unwrap())
    }
}
