//! A provider's registration and token endpoints over real HTTP, as the answers of onesid.md §3 and §5.1.
//!
//! It stands in for the real one, which lives in a crate above this one; the two meet in that crate's tests.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

pub(crate) const CODE: &str = "K7QX-2M4D";
pub(crate) const DEVICE_ID: &str = "b2dfd845-74eb-4674-8545-4da597e487ad";
pub(crate) const CLIENT_ID: &str = "d0da9a59-9f59-4f57-b9a9-1eb46bb68239";

/// What the status endpoint answers, one entry per poll; the last one repeats.
pub(crate) type Answers = Vec<(u16, Value)>;

pub(crate) struct FakeProvider {
    pub(crate) host: String,
    seen: Arc<Mutex<Seen>>,
    _runtime: tokio::runtime::Runtime,
}

/// What the provider was asked, and what it answers.
struct Seen {
    registration: (u16, Value),
    statuses: Answers,
    token: (u16, Value),
    device_key: (u16, Value),
    requests: Vec<(String, HeaderMap, Bytes)>,
}

type Shared = Arc<Mutex<Seen>>;

impl FakeProvider {
    /// Pending once, then approved; tokens are given to everybody.
    pub(crate) fn approving() -> Self {
        Self::answering(vec![pending(), approved()])
    }

    pub(crate) fn answering(statuses: Answers) -> Self {
        Self::with(Seen {
            registration: (201, json!({ "verification_code": CODE })),
            statuses,
            token: (
                200,
                json!({ "access_token": "opaque", "token_type": "Bearer", "expires_in": 600 }),
            ),
            device_key: (
                404,
                json!({ "error": "invalid_request", "error_description": "no such route" }),
            ),
            requests: Vec::new(),
        })
    }

    pub(crate) fn registering(self, status: u16, body: Value) -> Self {
        self.seen.lock().unwrap().registration = (status, body);
        self
    }

    pub(crate) fn giving_tokens(self, status: u16, body: Value) -> Self {
        self.seen.lock().unwrap().token = (status, body);
        self
    }

    fn with(seen: Seen) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let seen = Arc::new(Mutex::new(seen));
        let app = Router::new()
            .route("/devices/registration", post(register))
            .route("/devices/registration/status/{code}", get(status))
            .route("/oidc/token", post(token))
            .route("/oidc/device-key", post(device_key))
            .with_state(Arc::clone(&seen));
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let listener = runtime.block_on(tokio::net::TcpListener::bind(address)).unwrap();
        let host = format!("http://{}", listener.local_addr().unwrap());
        runtime.spawn(async { axum::serve(listener, app).await });
        Self {
            host,
            seen,
            _runtime: runtime,
        }
    }

    /// The body of the only request to this path.
    pub(crate) fn body(&self, path: &str) -> Vec<u8> {
        let (_, body) = self.request(path);
        body.to_vec()
    }

    /// Headers and body of the only request to this path.
    pub(crate) fn request(&self, path: &str) -> (HeaderMap, Bytes) {
        let seen = self.seen.lock().unwrap();
        let mut found = seen.requests.iter().filter(|(have, ..)| have == path);
        let (_, headers, body) = found.next().expect("no such request");
        assert!(found.next().is_none(), "{path} was asked more than once");
        (headers.clone(), body.clone())
    }

    /// From now on the token endpoint answers this.
    pub(crate) fn now_gives_tokens(&self, status: u16, body: Value) {
        self.seen.lock().unwrap().token = (status, body);
    }

    /// From now on whoever wants to replace a key is answered this.
    pub(crate) fn now_takes_keys(&self, status: u16, body: Value) {
        self.seen.lock().unwrap().device_key = (status, body);
    }

    /// From now on the status endpoint answers this.
    /// The form that was posted last to this path.
    #[cfg(feature = "tpm")]
    pub(crate) fn form(&self, path: &str) -> std::collections::BTreeMap<String, String> {
        url::form_urlencoded::parse(&self.body(path))
            .into_owned()
            .collect()
    }

    /// How many requests came, whatever to.
    #[cfg(feature = "tpm")]
    pub(crate) fn requests(&self) -> usize {
        self.seen.lock().unwrap().requests.len()
    }

    pub(crate) fn now_answers(&self, statuses: Answers) {
        self.seen.lock().unwrap().statuses = statuses;
    }

    pub(crate) fn polls(&self) -> usize {
        let seen = self.seen.lock().unwrap();
        seen.requests
            .iter()
            .filter(|(path, ..)| path.starts_with("/devices/registration/status/"))
            .count()
    }
}

pub(crate) fn pending() -> (u16, Value) {
    (200, json!({ "status": "pending" }))
}

pub(crate) fn approved() -> (u16, Value) {
    (
        200,
        json!({ "status": "approved", "deviceId": DEVICE_ID, "clientId": CLIENT_ID }),
    )
}

/// A 429 comes with a `Retry-After` of an hour.
fn answer((status, body): (u16, Value)) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    let mut answer = (status, Json(body)).into_response();
    if status == StatusCode::TOO_MANY_REQUESTS {
        answer.headers_mut().insert("retry-after", 3600.into());
    }
    answer
}

async fn register(State(shared): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let mut seen = shared.lock().unwrap();
    seen.requests
        .push(("/devices/registration".to_owned(), headers, body));
    answer(seen.registration.clone())
}

async fn status(State(shared): State<Shared>, Path(code): Path<String>, headers: HeaderMap) -> Response {
    let mut seen = shared.lock().unwrap();
    seen.requests.push((
        format!("/devices/registration/status/{code}"),
        headers,
        Bytes::new(),
    ));
    let next = if seen.statuses.len() > 1 {
        seen.statuses.remove(0)
    } else {
        seen.statuses[0].clone()
    };
    answer(next)
}

async fn token(State(shared): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let mut seen = shared.lock().unwrap();
    seen.requests.push(("/oidc/token".to_owned(), headers, body));
    answer(seen.token.clone())
}

async fn device_key(State(shared): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let mut seen = shared.lock().unwrap();
    seen.requests.push(("/oidc/device-key".to_owned(), headers, body));
    answer(seen.device_key.clone())
}
