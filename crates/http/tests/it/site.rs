//! A provider with its router, and a client that sends requests to it.

use crate::application::delete;
use axum::Router;
use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use countersign_core::audit::AuditRecord;
use countersign_core::audit::list::{AuditQuery, list};
use countersign_core::user::IdpRole;
use countersign_http::{AppState, PeerAddr, Settings, router};
use countersign_jose::KeyType;
use countersign_protocol::token::CLIENT_ASSERTION_TYPE;
use countersign_testkit::{Party, SoftPhone, World};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use std::sync::{Arc, LazyLock};
use tower::ServiceExt as _;

/// The media type of forms.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// Where requests come from.
pub(crate) const PEER: &str = "192.0.2.7:50000";

pub(crate) struct Site {
    pub(crate) world: World,
    pub(crate) router: Router,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("the body is JSON: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// What a refusal says to the engineer who reads it, under the name of its surface.
    fn told(&self) -> String {
        let body = self.json();
        let told = body["error_description"].as_str().or(body["message"].as_str());
        told.unwrap_or_default().to_owned()
    }

    /// Asserts status and code of a refusal, and that its description says something.
    #[track_caller]
    pub(crate) fn refuses(&self, status: u16, code: &str) -> String {
        let body = self.json();
        let description = self.told();
        assert_eq!(
            (self.status.as_u16(), body["error"].as_str()),
            (status, Some(code)),
            "{description}"
        );
        assert!(
            description.len() > 10,
            "the description says what to change: {description}"
        );
        assert!(
            description
                .bytes()
                .all(|b| matches!(b, b' '..=b'~') && b != b'"' && b != b'\\'),
            "{description}"
        );
        description
    }

    #[track_caller]
    pub(crate) fn succeeds(&self, status: u16) -> Value {
        assert_eq!(
            self.status.as_u16(),
            status,
            "{}",
            String::from_utf8_lossy(&self.body)
        );
        self.json()
    }
}

impl Site {
    pub(crate) async fn new() -> Self {
        Self::with(Settings::default()).await
    }

    pub(crate) async fn with(settings: Settings) -> Self {
        Self::of(World::new().await, settings)
    }

    pub(crate) fn of(world: World, settings: Settings) -> Self {
        crate::log::subscribe();
        let router = router(AppState::new(Arc::clone(&world.provider), settings));
        Self { world, router }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        send(&self.router, request).await
    }

    pub(crate) async fn get(&self, path: &str, token: Option<&str>) -> Answer {
        self.send(request(Method::GET, path, token).body(Body::empty()).unwrap())
            .await
    }

    pub(crate) async fn post_json(&self, path: &str, token: Option<&str>, body: &Value) -> Answer {
        let request = request(Method::POST, path, token).header(CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(body.to_string())).unwrap())
            .await
    }

    pub(crate) async fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = request(Method::POST, path, None).header(CONTENT_TYPE, FORM);
        self.send(request.body(Body::from(form(fields))).unwrap()).await
    }

    /// Sends a form with a fresh assertion of a client.
    pub(crate) async fn post_as(&self, party: &Party, path: &str, fields: &[(&str, &str)]) -> Answer {
        let assertion = party.assertion(&self.world.issuer(), self.world.now());
        let mut all = proof(party, &assertion);
        all.extend_from_slice(fields);
        self.post_form(path, &all).await
    }

    /// The access token of a device or a phone.
    pub(crate) async fn token_of(&self, party: &Party) -> String {
        let answer = self
            .post_as(party, "/oidc/token", &[("grant_type", "client_credentials")])
            .await;
        answer.succeeds(200)["access_token"].as_str().unwrap().to_owned()
    }

    /// An approved device with its token.
    pub(crate) async fn device(&self) -> (Party, String) {
        let device = self.world.device(KeyType::P256).await;
        let token = self.token_of(&device).await;
        (device, token)
    }

    /// A person's phone with its token.
    pub(crate) async fn phone(&self, username: &str) -> (SoftPhone, String) {
        let (_, phone) = self.world.person(username).await;
        let token = self.token_of(&phone.party).await;
        (phone, token)
    }

    /// The token of a person with a role, won by a sign-in.
    pub(crate) async fn person(&self, username: &str, role: IdpRole) -> String {
        let user = self.world.user(username, role).await;
        let phone = self.world.phone_of(&user).await;
        let device = self.world.device(KeyType::P256).await;
        self.world
            .signed_in(&device, &phone, "openid profile")
            .await
            .access_token
    }

    /// Signs a decision over what the phone was shown, as the phone posts it.
    pub(crate) fn decision(&self, phone: &SoftPhone, item: &Value, decision: &str) -> Value {
        self.decision_with(phone, item, decision, &json!({}))
    }

    /// The same with further claims, such as `code`.
    pub(crate) fn decision_with(
        &self,
        phone: &SoftPhone,
        item: &Value,
        decision: &str,
        further: &Value,
    ) -> Value {
        let item = serde_json::from_value(item.clone()).unwrap();
        let host = self.world.provider.host.as_str();
        let claims = phone.decision_claims(host, &item, decision, self.world.now(), further);
        json!({ "decision": phone.party.sign(&json!({ "typ": "approval+jwt" }), &claims) })
    }
}

/// Asserts that masters and admins alone change what operators change, that auditors read it too, and that the log says
/// who changed it.
pub(crate) async fn operators_alone(site: &Site, reads: &[&str], posts: &[(&str, &Value)], deletes: &[&str]) {
    let auditor = site.person("auditor@OnesID1", IdpRole::Auditor).await;
    let person = site.person("plain@OnesID1", IdpRole::User).await;
    let (_, device) = site.device().await;
    let (_, phone) = site.phone("user.name@OnesID1").await;
    for path in reads {
        site.get(path, Some(&auditor)).await.succeeds(200);
        for token in [&device, &phone, &person] {
            let answer = site.get(path, Some(token)).await;
            answer.refuses(403, "insufficient_scope");
        }
    }
    for token in [&device, &phone, &person, &auditor] {
        for (path, body) in posts {
            let answer = site.post_json(path, Some(token), body).await;
            answer.refuses(403, "insufficient_scope");
        }
        for path in deletes {
            let answer = delete(site, path, token).await;
            answer.refuses(403, "insufficient_scope");
        }
    }
    let before = audit(site).await.len();
    let admin = site.person("admin@OnesID1", IdpRole::Admin).await;
    for (path, body) in posts {
        let answer = site.post_json(path, Some(&admin), body).await;
        assert!(answer.status.is_success(), "{path} {answer:?}");
    }
    for path in deletes {
        assert!(delete(site, path, &admin).await.status.is_success(), "{path}");
    }
    let log = audit(site).await.split_off(before);
    let theirs = log.iter().filter(|record| record.actor.contains("admin@"));
    assert_eq!(theirs.count(), posts.len() + deletes.len(), "{log:?}");
}

async fn audit(site: &Site) -> Vec<AuditRecord> {
    let query = AuditQuery {
        after: Some(0),
        limit: 1000,
        action: None,
    };
    list(&site.world.provider, query).await.unwrap()
}

/// The form members of `private_key_jwt`.
pub(crate) fn proof<'a>(party: &'a Party, assertion: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("client_id", party.client_id.as_str()),
        ("client_assertion_type", CLIENT_ASSERTION_TYPE),
        ("client_assertion", assertion),
    ]
}

pub(crate) fn request(method: Method, path: &str, token: Option<&str>) -> axum::http::request::Builder {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .extension(PeerAddr(PEER.parse().unwrap()));
    match token {
        Some(token) => request.header(AUTHORIZATION, format!("Bearer {token}")),
        None => request,
    }
}

/// A POST whose body announces its length, as every usual client does.
pub(crate) fn post(
    path: &str,
    token: Option<&str>,
    content_type: Option<&str>,
    body: Vec<u8>,
) -> Request<Body> {
    let mut request = request(Method::POST, path, token).header(CONTENT_LENGTH, body.len());
    if let Some(content_type) = content_type {
        request = request.header(CONTENT_TYPE, content_type);
    }
    request.body(Body::from(body)).unwrap()
}

/// Sends a request, and asserts that its refusal is one that the OpenAPI document names for the route: so every test
/// of this crate also tests the document.
pub(crate) async fn send(router: &Router, request: Request<Body>) -> Answer {
    let (method, path) = (
        request.method().as_str().to_lowercase(),
        request.uri().path().to_owned(),
    );
    let (parts, body) = router.clone().oneshot(request).await.unwrap().into_parts();
    let body = body.collect().await.unwrap().to_bytes().to_vec();
    let answer = Answer {
        status: parts.status,
        headers: parts.headers,
        body,
    };
    if let (true, Some(operation)) = (answer.status.as_u16() >= 400, operation(&method, &path)) {
        let (status, code) = (
            answer.status.as_str(),
            answer.json()["error"].as_str().unwrap().to_owned(),
        );
        let documented = &operation["responses"][status];
        let words = documented["description"].as_str().unwrap_or_default();
        assert!(
            words.contains(&format!("`{code}`")),
            "{method} {path} answers {status} {code}, which is undocumented"
        );
        let schema = documented["content"]["application/json"]["schema"]["$ref"].as_str();
        let told = match schema {
            Some("#/components/schemas/X1280Error") => "message",
            _ => "error_description",
        };
        let body = answer.json();
        assert_eq!(body.as_object().unwrap().len(), 2, "{method} {path}: {body}");
        assert!(body[told].is_string(), "{method} {path}: {body}");
    }
    answer
}

/// What the OpenAPI document says of a route.
fn operation(method: &str, path: &str) -> Option<&'static Value> {
    static DOCUMENT: LazyLock<Value> =
        LazyLock::new(|| serde_json::to_value(countersign_http::openapi()).unwrap());
    let matches = |template: &str| {
        let (have, want): (Vec<_>, Vec<_>) = (path.split('/').collect(), template.split('/').collect());
        have.len() == want.len()
            && have
                .iter()
                .zip(&want)
                .all(|(have, want)| have == want || (want.starts_with('{') && !have.is_empty()))
    };
    let paths = DOCUMENT["paths"].as_object().unwrap();
    paths
        .iter()
        .find(|(template, _)| matches(template))?
        .1
        .get(method)
}

/// Writes a form.
pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    let fields: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", percent(value)))
        .collect();
    fields.join("&")
}

fn percent(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    value
        .bytes()
        .map(|byte| {
            if plain(byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}
