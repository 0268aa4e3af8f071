//! The extractor and the layer for axum, at a door of a service.

use crate::fake_provider::{Answer, FakeProvider, access_token, id_token, with};
use crate::served::{RESOURCE, Served};
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Request};
use axum::routing::get;
use axum::{Json, Router};
use countersign_client::{AuthenticatedUser, Configuration, LoginHint, OpenIdconnectClient, RequireScope};
use serde_json::{Value, json};
use tower::ServiceExt as _;

async fn me(user: AuthenticatedUser) -> String {
    user.subject.clone()
}

async fn anybody(user: Option<AuthenticatedUser>) -> String {
    user.map_or_else(|| "nobody".to_owned(), |user| user.token().subject.clone())
}

fn service(client: &OpenIdconnectClient) -> Router {
    Router::new()
        .route("/orders", get(me))
        .route_layer(RequireScope::new(client.clone(), "api:read api:write"))
        .route("/me", get(me))
        .route("/anybody", get(anybody))
        .with_state(client.clone())
}

struct Reply {
    status: u16,
    headers: HeaderMap,
    body: String,
}

impl Reply {
    fn challenge(&self) -> &str {
        self.headers["www-authenticate"].to_str().unwrap()
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

async fn call(client: &OpenIdconnectClient, path: &str, authorization: &[&str]) -> Reply {
    let mut request = Request::builder().uri(path);
    for value in authorization {
        request = request.header(
            "authorization",
            HeaderValue::from_bytes(value.as_bytes()).unwrap(),
        );
    }
    let request = request.body(Body::empty()).unwrap();
    let (parts, body) = service(client).oneshot(request).await.unwrap().into_parts();
    let body = axum::body::to_bytes(body, 1 << 16).await.unwrap();
    Reply {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
    }
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

#[tokio::test]
async fn the_person_of_a_good_access_token_comes_through() {
    let fake = FakeProvider::start().await;
    let client = fake.client().await;
    let token = access_token(&fake.access_claims());
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let reply = call(&client, "/me", &[&format!("{scheme} {token}")]).await;
        assert_eq!(
            (reply.status, reply.body.as_str()),
            (200, crate::fake_provider::SUBJECT)
        );
    }
}

#[tokio::test]
async fn without_a_token_there_is_a_challenge_that_names_no_error() {
    let fake = FakeProvider::start().await;
    let client = fake.client().await;
    for authorization in [&[][..], &["Basic dXNlcjpwYXNz"], &["Bearer"]] {
        let reply = call(&client, "/me", authorization).await;
        assert_eq!(
            (reply.status, reply.challenge()),
            (401, "Bearer"),
            "{authorization:?}"
        );
    }
    let reply = call(&client, "/anybody", &[]).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "nobody"));
}

#[tokio::test]
async fn a_token_that_is_not_good_is_invalid_for_everybody_also_where_none_is_needed() {
    let fake = FakeProvider::start().await;
    let client = fake.client().await;
    let claims = fake.access_claims();
    let expired = access_token(&with(&claims, &json!({ "exp": 1 })));
    let for_another = access_token(&with(&claims, &json!({ "aud": "another" })));
    let who = id_token(&fake.id_claims());
    for token in [expired.as_str(), &for_another, &who, "a b", "\u{e9}", ""] {
        for path in ["/me", "/anybody", "/orders"] {
            let reply = call(&client, path, &[&bearer(token)]).await;
            assert_eq!(reply.status, 401, "{path} {token}");
            assert_eq!(reply.challenge(), r#"Bearer error="invalid_token""#);
            assert_eq!(reply.json()["error"], "invalid_token");
            assert!(token.len() < 5 || !reply.body.contains(token));
        }
    }
    let good = bearer(&access_token(&claims));
    let reply = call(&client, "/me", &[&good, &good]).await;
    assert_eq!(reply.status, 401, "two readers could take two tokens");
}

#[tokio::test]
async fn a_scope_that_was_not_granted_is_named_in_the_refusal() {
    let fake = FakeProvider::start().await;
    let client = fake.client().await;
    let some = bearer(&access_token(&fake.access_claims()));
    let reply = call(&client, "/orders", &[&some]).await;
    assert_eq!(reply.status, 403);
    let challenge = r#"Bearer error="insufficient_scope", scope="api:read api:write""#;
    assert_eq!(reply.challenge(), challenge);

    let all = with(
        &fake.access_claims(),
        &json!({ "scope": "api:write openid api:read" }),
    );
    let reply = call(&client, "/orders", &[&bearer(&access_token(&all))]).await;
    assert_eq!(
        (reply.status, reply.body.as_str()),
        (200, crate::fake_provider::SUBJECT)
    );
}

#[tokio::test]
async fn a_provider_that_is_away_is_no_fault_of_the_callers_token() {
    let fake = FakeProvider::start().await;
    let configuration = Configuration {
        retry: countersign_client::Retry::NEVER,
        ..fake.configuration()
    };
    let client = fake.try_client(configuration).await.unwrap();
    fake.on("/oidc/token/introspection", Answer::RetryAfter(503, "7"));
    let reply = call(&client, "/me", &["Bearer opaque"]).await;
    assert_eq!(
        (reply.status, reply.headers["retry-after"].to_str().unwrap()),
        (503, "7")
    );
    assert_eq!(reply.json()["error"], "temporarily_unavailable");
    assert!(reply.headers.get("www-authenticate").is_none());
    assert!(!reply.body.contains("127.0.0.1"), "{}", reply.body);
}

#[tokio::test]
async fn an_opaque_token_is_looked_at_once_for_the_layer_and_the_handler() {
    let fake = FakeProvider::start().await;
    let client = fake.client().await;
    let active = json!({
        "active": true, "client_id": "rp", "sub": crate::fake_provider::SUBJECT, "scope": "api:read api:write",
        "iss": fake.issuer(), "exp": crate::clocks::BEGINNING + 600, "iat": crate::clocks::BEGINNING,
        "token_type": "Bearer",
    });
    fake.on("/oidc/token/introspection", Answer::Json(200, active));
    let known = json!({
        "subject_type": "user", "subject": crate::fake_provider::SUBJECT, "username": "a@b", "client_id": "rp",
    });
    fake.on("/oidc/identify", Answer::Json(200, known));
    let reply = call(&client, "/orders", &["Bearer opaque"]).await;
    assert_eq!(
        (reply.status, reply.body.as_str()),
        (200, crate::fake_provider::SUBJECT)
    );
    assert_eq!(fake.received("/oidc/token/introspection").len(), 1);
}

#[tokio::test]
async fn tokens_of_a_real_provider_open_the_door_to_people_and_not_to_machines() {
    let served = Served::start().await;
    let client = served.client().await;
    let mut subjects = Vec::new();
    for resource in [None, Some(RESOURCE)] {
        let mut ask = client.ciba().ask(LoginHint::username(&served.phone.username));
        if let Some(resource) = resource {
            ask = ask.resource(resource);
        }
        let pending = ask.send().await.unwrap();
        served.decide("approved").await;
        let tokens = pending.wait().await.unwrap();
        let reply = call(&client, "/me", &[&bearer(&tokens.access_token)]).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        subjects.push(reply.body);
        let reply = call(&client, "/me", &[&bearer(&tokens.id_token.unwrap())]).await;
        assert_eq!(reply.status, 401);
    }
    assert_eq!(subjects[0], subjects[1]);
    let machine = client.device_access_token().await.unwrap();
    let reply = call(&client, "/me", &[&bearer(&machine.access_token)]).await;
    assert_eq!(
        (reply.status, reply.challenge()),
        (403, r#"Bearer error="insufficient_scope""#)
    );
}

/// A state that has the client among other things.
#[derive(Clone)]
struct State {
    client: OpenIdconnectClient,
    greeting: &'static str,
}

impl axum::extract::FromRef<State> for OpenIdconnectClient {
    fn from_ref(state: &State) -> Self {
        state.client.clone()
    }
}

#[tokio::test]
async fn the_client_may_be_a_part_of_a_larger_state() {
    async fn greet(
        axum::extract::State(state): axum::extract::State<State>,
        user: AuthenticatedUser,
    ) -> Json<Value> {
        Json(json!({ state.greeting: user.subject }))
    }
    let fake = FakeProvider::start().await;
    let state = State {
        client: fake.client().await,
        greeting: "hello",
    };
    let router = Router::new().route("/", get(greet)).with_state(state);
    let request = Request::builder().header("authorization", bearer(&access_token(&fake.access_claims())));
    let reply = router
        .oneshot(request.uri("/").body(Body::empty()).unwrap())
        .await
        .unwrap();
    assert_eq!(reply.status().as_u16(), 200);
}
