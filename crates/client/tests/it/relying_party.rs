//! The routes that a service has for its front end (onesid.md §10.2, §11), over TCP on both sides.

use crate::fake_provider::{Answer, FakeProvider};
use crate::served::{RESOURCE, Served};
use axum::Router;
use countersign_client::OpenIdconnectClient;
use countersign_client::relying_party::{
    MemoryQrSessions, QrHosting, QrSessions, QrSessionsError, RelyingPartyConfig, ServiceQrSession,
    ServiceQrStage, router,
};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

const CIBA: &str = "urn:openid:params:grant-type:ciba";
const PERSON: &str = "user.name@OnesID1";
const SCOPE: &str = "openid offline_access profile";

/// What a browser and a phone talk to.
struct Service {
    host: String,
    http: reqwest::Client,
}

impl Service {
    /// Serves the routes below `/api`, as front ends call them.
    async fn serve(client: OpenIdconnectClient, hosting: Option<Arc<dyn QrSessions>>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = format!("http://{}", listener.local_addr().unwrap());
        let qr_hosting = hosting.map_or(QrHosting::Provider, |sessions| QrHosting::Service {
            cb_url: format!("{host}/api/auth/oidc/bc-authorize").parse().unwrap(),
            sessions,
        });
        let config = RelyingPartyConfig {
            resource: Some(RESOURCE.to_owned()),
            device_id: Some(Uuid::nil()),
            qr_hosting,
            ..RelyingPartyConfig::new(SCOPE, "Sign in to the test service")
        };
        let app = Router::new().nest("/api", router(client, config));
        tokio::spawn(async move { axum::serve(listener, app).await });
        let http = reqwest::Client::builder()
            .no_proxy()
            .tls_certs_only([])
            .build()
            .unwrap();
        Self { host, http }
    }

    async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.post_to(&format!("{}/api{path}", self.host), body).await
    }

    async fn post_to(&self, url: &str, body: &Value) -> (u16, Value) {
        let answer = self.http.post(url).json(body).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    async fn look(&self, session: &Value) -> (u16, Value) {
        self.post("/auth/qr/status", &json!({ "sessionId": session["sessionId"] }))
            .await
    }

    async fn poll(&self, auth_req_id: &Value) -> (u16, Value) {
        let body = json!({ "grant_type": CIBA, "authRequestId": auth_req_id });
        self.post("/auth/oidc/token", &body).await
    }

    /// What the phone posts when it has read a code.
    async fn scan(&self, served: &Served, session: &Value) -> (u16, Value) {
        let provider = &served.world.provider;
        let bearer = served.phone.bearer(provider).await.unwrap();
        let hint = countersign_core::authenticator::login_hint_token::make(provider, &bearer)
            .await
            .unwrap();
        let scan = json!({
            "loginHintKind": "login_hint_token", "userIdentifier": hint.value, "sessionId": session["sessionId"],
        });
        self.post_to(session["cbUrl"].as_str().unwrap(), &scan).await
    }
}

fn start(further: &Value) -> Value {
    let mut start = json!({ "loginHintKind": "login_hint", "userIdentifier": PERSON });
    start
        .as_object_mut()
        .unwrap()
        .extend(further.as_object().unwrap().clone());
    start
}

fn memory(served: &Served) -> Arc<MemoryQrSessions> {
    Arc::new(MemoryQrSessions::with(100, served.configuration(0).clock))
}

#[tokio::test]
async fn a_person_named_in_the_page_is_asked_and_the_page_gets_the_tokens() {
    let served = Served::start().await;
    let service = Service::serve(served.client().await, None).await;
    let (status, started) = service
        .post("/auth/oidc/bc-authorize", &start(&json!({ "resource": "idp" })))
        .await;
    assert_eq!((status, &started["interval"]), (200, &json!(3)), "{started}");
    let auth_req_id = &started["auth_req_id"];
    let (status, pending) = service.poll(auth_req_id).await;
    assert_eq!(
        (status, &pending["error"]),
        (400, &json!("authorization_pending"))
    );
    assert_eq!(pending["error_description"], "Authorization pending");
    served.decide("approved").await;
    let (status, tokens) = service.poll(auth_req_id).await;
    assert_eq!((status, &tokens["scope"]), (200, &json!(SCOPE)));
    assert!(!tokens["access_token"].as_str().unwrap().contains('.'));

    let renew = json!({ "grant_type": "refresh_token", "refresh_token": tokens["refresh_token"] });
    let (status, renewed) = service.post("/auth/oidc/token", &renew).await;
    assert_eq!((status, &renewed["scope"]), (200, &tokens["scope"]));
    let (status, told) = service.poll(auth_req_id).await;
    assert_eq!((status, &told["error"]), (400, &json!("invalid_grant")));
}

#[tokio::test]
async fn a_token_for_the_service_itself_is_a_jwt() {
    let served = Served::start().await;
    let service = Service::serve(served.client().await, None).await;
    let (_, started) = service
        .post(
            "/auth/oidc/bc-authorize",
            &start(&json!({ "resource": "device" })),
        )
        .await;
    served.decide("approved").await;
    let (status, tokens) = service.poll(&started["auth_req_id"]).await;
    assert_eq!((status, &tokens["scope"]), (200, &json!("")));
    assert_eq!(tokens["access_token"].as_str().unwrap().split('.').count(), 3);
}

#[tokio::test]
async fn the_words_of_the_provider_reach_the_page_with_their_status() {
    let served = Served::start().await;
    let service = Service::serve(served.client().await, None).await;
    let nobody = json!({ "loginHintKind": "login_hint", "userIdentifier": "nobody@OnesID1" });
    let (status, told) = service.post("/auth/oidc/bc-authorize", &nobody).await;
    assert_eq!((status, &told["error"]), (400, &json!("unknown_user_id")));
    assert!(told["error_description"].as_str().unwrap().len() > 10);
    let (_, started) = service.post("/auth/oidc/bc-authorize", &start(&json!({}))).await;
    served.decide("denied").await;
    let (status, told) = service.poll(&started["auth_req_id"]).await;
    assert_eq!((status, &told["error"]), (400, &json!("access_denied")));
}

#[tokio::test]
async fn a_page_that_was_changed_gets_no_more_than_the_service_wants() {
    let served = Served::start().await;
    let service = Service::serve(served.client().await, None).await;
    let less = start(&json!({ "scope": "openid" }));
    let (status, started) = service.post("/auth/oidc/bc-authorize", &less).await;
    assert_eq!(status, 200, "{started}");
    served.decide("approved").await;
    assert_eq!(service.poll(&started["auth_req_id"]).await.1["scope"], "openid");
    for scope in ["openid idp-documents", "openid \"", "admin"] {
        let (status, told) = service
            .post("/auth/oidc/bc-authorize", &start(&json!({ "scope": scope })))
            .await;
        assert_eq!(
            (status, &told["error"]),
            (400, &json!("invalid_scope")),
            "{scope}"
        );
    }
}

#[tokio::test]
async fn a_code_of_the_provider_signs_in_whoever_scans_it() {
    let served = Served::start().await;
    let service = Service::serve(served.client().await, None).await;
    let url = format!("{}/api/auth/qr/make", service.host);
    let answer = service.http.get(&url).send().await.unwrap();
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let by_get: Value = answer.json().await.unwrap();
    let (status, session) = service.post("/auth/qr/make", &json!({})).await;
    assert_eq!((status, &session["kind"]), (200, &json!("qr")));
    assert_ne!(by_get["sessionId"], session["sessionId"]);
    let (status, seen) = service.look(&session).await;
    assert_eq!((status, &seen["cibaRequestInvoked"]), (200, &json!(false)));
    let (status, scanned) = service.scan(&served, &session).await;
    assert_eq!(status, 200, "{scanned}");
    let (_, seen) = service.look(&session).await;
    assert!(seen.get("loginHintToken").is_none());
    let (_, again) = service.look(&session).await;
    assert_eq!(seen["authRequestId"], again["authRequestId"]);
    served.decide("approved").await;
    let (status, tokens) = service.poll(&seen["authRequestId"]).await;
    assert_eq!(status, 200, "{tokens}");
    let (status, told) = service.look(&json!({ "sessionId": "nothing" })).await;
    assert_eq!(
        (status, &told["error_description"]),
        (404, &json!("Session not found"))
    );
}

#[tokio::test]
async fn a_code_of_the_service_signs_in_whoever_scans_it() {
    let served = Served::start().await;
    let service = Service::serve(served.client().await, Some(memory(&served))).await;
    let (status, session) = service.post("/auth/qr/make", &json!({})).await;
    assert_eq!(
        (status, &session["kind"], &session["expIn"]),
        (200, &json!("qr_client"), &json!(300))
    );
    assert_eq!(
        session["cbUrl"],
        format!("{}/api/auth/oidc/bc-authorize", service.host)
    );

    let typed = start(&json!({ "sessionId": session["sessionId"] }));
    let (status, told) = service.post("/auth/oidc/bc-authorize", &typed).await;
    assert_eq!(
        (status, &told["error"]),
        (400, &json!("invalid_request")),
        "anybody can type a username"
    );
    let (status, scanned) = service.scan(&served, &session).await;
    assert_eq!(status, 200, "{scanned}");
    assert!(
        scanned.get("verification").is_none(),
        "the code to compare is for the screen"
    );
    assert_eq!(
        service.scan(&served, &session).await.0,
        409,
        "one session takes one phone"
    );
    let (status, seen) = service.look(&session).await;
    assert_eq!((status, &seen["authRequestId"]), (200, &scanned["auth_req_id"]));
    served.decide("approved").await;
    assert_eq!(service.poll(&seen["authRequestId"]).await.0, 200);
    // The published test reads the session after the approval.
    assert_eq!(
        service.look(&session).await.1["authRequestId"],
        seen["authRequestId"]
    );

    served.world.clock.advance(Duration::from_secs(301));
    assert_eq!(service.look(&session).await.0, 404);
    assert_eq!(service.scan(&served, &session).await.0, 404);
}

#[tokio::test]
async fn after_a_refusal_the_code_waits_for_another_phone() {
    let served = Served::start().await;
    let service = Service::serve(served.client().await, Some(memory(&served))).await;
    let (_, session) = service.post("/auth/qr/make", &json!({})).await;
    let forged = json!({
        "loginHintKind": "login_hint_token", "userIdentifier": "forged", "sessionId": session["sessionId"],
    });
    let (status, told) = service.post("/auth/oidc/bc-authorize", &forged).await;
    assert!((400..500).contains(&status), "{told}");
    assert_eq!(service.look(&session).await.1["cibaRequestInvoked"], false);
    assert_eq!(service.scan(&served, &session).await.0, 200);
}

#[tokio::test]
async fn a_code_of_the_older_form_names_the_device() {
    let served = Served::start().await;
    let service = Service::serve(served.client().await, None).await;
    let url = format!("{}/api/auth/qr", service.host);
    let answer = service.http.get(url).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    let code: Value = answer.json().await.unwrap();
    assert_eq!(
        (&code["exp"], &code["deviceId"]),
        (&json!(300), &json!(Uuid::nil()))
    );
    assert!(code["auth_req_id"].is_string());
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_in_words_that_repeat_nothing() {
    let fake = FakeProvider::start().await;
    let service = Service::serve(fake.client().await, None).await;
    let send = |path: &str, content_type: &str, body: String| {
        let call = service.http.post(format!("{}/api{path}", service.host));
        let call = call.header("content-type", content_type).body(body);
        async move {
            let answer = call.send().await.unwrap();
            (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
        }
    };
    let long = format!(r#"{{"authRequestId":"{}"}}"#, "x".repeat(20_000));
    for (path, content_type, body, status, error) in [
        (
            "/auth/oidc/token",
            "application/json",
            "{}".to_owned(),
            400,
            "invalid_request",
        ),
        (
            "/auth/oidc/token",
            "application/json",
            "secret{".to_owned(),
            400,
            "invalid_request",
        ),
        (
            "/auth/oidc/token",
            "text/plain",
            "{}".to_owned(),
            415,
            "unsupported_media_type",
        ),
        (
            "/auth/oidc/token",
            "application/json",
            long,
            413,
            "payload_too_large",
        ),
        (
            "/auth/oidc/bc-authorize",
            "application/json",
            r#"{"loginHintKind":"secret","userIdentifier":"x"}"#.to_owned(),
            400,
            "invalid_request",
        ),
        (
            "/auth/qr/status",
            "application/json",
            "[]".to_owned(),
            400,
            "invalid_request",
        ),
    ] {
        let (told, body) = send(path, content_type, body).await;
        assert_eq!((told, &body["error"]), (status, &json!(error)), "{path}");
        assert!(!body.to_string().contains("secret"), "{body}");
    }
}

#[tokio::test]
async fn trouble_between_service_and_provider_is_server_error_and_tells_nothing() {
    let fake = FakeProvider::start().await;
    let service = Service::serve(fake.client().await, None).await;
    for answer in [
        Answer::Text(200, "text/html", "<html>".to_owned()),
        Answer::Redirect("https://elsewhere.example/".to_owned()),
        Answer::Text(502, "text/html", "<html>".to_owned()),
        Answer::Json(200, json!({ "access_token": "secret" })),
    ] {
        fake.on("/oidc/token", answer);
        let (status, told) = service.poll(&json!("the-handle")).await;
        assert_eq!((status, &told["error"]), (500, &json!("server_error")), "{told}");
        assert!(
            !told.to_string().contains("127.0.0.1") && !told.to_string().contains("secret"),
            "{told}"
        );
    }
    fake.on("/oidc/token", Answer::RetryAfter(503, "9"));
    let url = format!("{}/api/auth/oidc/token", service.host);
    let body = json!({ "grant_type": CIBA, "authRequestId": "x" });
    let answer = service.http.post(url).json(&body).send().await.unwrap();
    assert_eq!(
        (
            answer.status().as_u16(),
            answer.headers()["retry-after"].to_str().unwrap()
        ),
        (503, "9")
    );
}

#[tokio::test]
async fn the_memory_of_sessions_has_an_end_and_forgets_those_that_ended() {
    let served = Served::start().await;
    let sessions = MemoryQrSessions::with(2, served.configuration(0).clock);
    let session = |seconds| ServiceQrSession {
        expires_at: served.configuration(0).clock.now() + Duration::from_secs(seconds),
        stage: ServiceQrStage::Waiting,
    };
    sessions.insert("short", session(10)).await.unwrap();
    sessions.insert("long", session(100)).await.unwrap();
    let full = sessions.insert("more", session(10)).await.unwrap_err();
    assert!(matches!(full, QrSessionsError::Full));
    served.world.clock.advance(Duration::from_secs(11));
    sessions.insert("more", session(10)).await.unwrap();
    assert!(sessions.find("short").await.unwrap().is_none());

    assert!(sessions.take("long").await.unwrap());
    assert!(!sessions.take("long").await.unwrap() && !sessions.take("nothing").await.unwrap());
    sessions.settle("long", ServiceQrStage::Waiting).await.unwrap();
    assert!(sessions.take("long").await.unwrap());
}

/// A store that fails.
struct Broken;

#[async_trait::async_trait]
impl QrSessions for Broken {
    async fn insert(&self, _: &str, _: ServiceQrSession) -> Result<(), QrSessionsError> {
        Err(QrSessionsError::Store("secret of the store".into()))
    }

    async fn find(&self, _: &str) -> Result<Option<ServiceQrSession>, QrSessionsError> {
        Err(QrSessionsError::Store("secret of the store".into()))
    }

    async fn take(&self, _: &str) -> Result<bool, QrSessionsError> {
        Ok(true)
    }

    async fn settle(&self, _: &str, _: ServiceQrStage) -> Result<(), QrSessionsError> {
        Ok(())
    }
}

#[tokio::test]
async fn a_store_that_fails_is_server_error_and_one_that_is_full_asks_for_patience() {
    let fake = FakeProvider::start().await;
    let service = Service::serve(fake.client().await, Some(Arc::new(Broken))).await;
    for (path, body) in [
        ("/auth/qr/make", json!({})),
        ("/auth/qr/status", json!({ "sessionId": "s" })),
    ] {
        let (status, told) = service.post(path, &body).await;
        assert_eq!((status, &told["error"]), (500, &json!("server_error")));
        assert!(!told.to_string().contains("secret"), "{told}");
    }
    let full = Arc::new(MemoryQrSessions::with(0, fake.clock.clone()));
    let service = Service::serve(fake.client().await, Some(full)).await;
    let (status, told) = service.post("/auth/qr/make", &json!({})).await;
    assert_eq!((status, &told["error"]), (429, &json!("too_many_requests")));
}
