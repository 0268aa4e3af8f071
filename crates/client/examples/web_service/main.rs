//! A small web service, whole: a page where people sign in by username or by scanning a code, and a session after it.
//!
//! ```text
//! cargo run -p countersign-client --features axum --example web_service -- device.yml private.pem 127.0.0.1:8080
//! ```
//!
//! Tokens stay in the service; the browser has a cookie. A sign-in belongs to the browser that began it, so nobody can
//! be talked into finishing somebody else's.

mod cookie;
mod sign_in;
mod store;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use countersign_client::{OpenIdconnectClient, load_device_config, read_private_key};
use serde::Deserialize;
use serde_json::json;
use sign_in::Progress;
use std::error::Error;
use std::sync::Arc;
use store::Store;
use tokio::net::TcpListener;

/// What every handler works with.
struct Service {
    client: OpenIdconnectClient,
    sign_ins: Store<Progress>,
    sessions: Store<Person>,
}

/// Who is signed in.
#[derive(Clone)]
struct Person {
    subject: String,
    username: String,
}

type Shared = State<Arc<Service>>;

#[derive(Deserialize)]
struct ByUsername {
    username: String,
}

async fn page() -> Html<&'static str> {
    Html(include_str!("page.html"))
}

async fn by_username(State(service): Shared, Json(form): Json<ByUsername>) -> Response {
    begin(&service, |service, id| {
        sign_in::by_username(service, id, form.username)
    })
}

async fn by_code(State(service): Shared) -> Response {
    begin(&service, sign_in::by_code)
}

/// A sign-in goes on by itself; the page looks how far it has come.
fn begin<F>(service: &Arc<Service>, sign_in: impl FnOnce(Arc<Service>, String) -> F) -> Response
where
    F: Future<Output = ()> + Send + 'static,
{
    match service.sign_ins.insert(Progress::Starting) {
        Some(id) => {
            tokio::spawn(sign_in(Arc::clone(service), id.clone()));
            (cookie::set("sign-in", &id), Json(json!({ "id": id }))).into_response()
        }
        None => StatusCode::TOO_MANY_REQUESTS.into_response(),
    }
}

/// How far a sign-in has come; at its end the browser gets its session.
async fn progress(State(service): Shared, Path(id): Path<String>, headers: HeaderMap) -> Response {
    // The id is in the address too, where it could be handed on; the cookie stays in this browser.
    if cookie::get(&headers, "sign-in") != Some(&id) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let Some(progress) = service.sign_ins.get(&id) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let shown = Json(progress.shown());
    let Progress::Done(person) = progress else {
        return shown.into_response();
    };
    service.sign_ins.remove(&id);
    // A new id for the new right (session fixation).
    match service.sessions.insert(person) {
        Some(session) => (cookie::set("session", &session), shown).into_response(),
        None => StatusCode::TOO_MANY_REQUESTS.into_response(),
    }
}

async fn me(State(service): Shared, headers: HeaderMap) -> Response {
    let session = cookie::get(&headers, "session").and_then(|id| service.sessions.get(id));
    match session {
        Some(person) => {
            Json(json!({ "subject": person.subject, "username": person.username })).into_response()
        }
        None => StatusCode::UNAUTHORIZED.into_response(),
    }
}

async fn sign_out(State(service): Shared, headers: HeaderMap) -> StatusCode {
    if let Some(id) = cookie::get(&headers, "session") {
        service.sessions.remove(id);
    }
    StatusCode::NO_CONTENT
}

fn app(client: OpenIdconnectClient) -> Router {
    let service = Service {
        client,
        sign_ins: Store::default(),
        sessions: Store::default(),
    };
    Router::new()
        .route("/", get(page))
        .route("/sign-in", post(by_username))
        .route("/sign-in/code", post(by_code))
        .route("/sign-in/{id}", get(progress))
        .route("/me", get(me))
        .route("/sign-out", post(sign_out))
        .with_state(Arc::new(service))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(config), Some(key), Some(address)) = (arguments.next(), arguments.next(), arguments.next())
    else {
        return Err("usage: web_service DEVICE_YML PRIVATE_PEM ADDRESS".into());
    };
    let client =
        OpenIdconnectClient::from_device_config(&load_device_config(config)?, read_private_key(key)?).await?;
    let listener = TcpListener::bind(&address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app(client)).await?;
    Ok(())
}
