//! What is written down about a request: one line and a few numbers, and no secret.

use crate::log::Log;
use crate::site::{Site, form, proof, request};
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request};
use countersign_core::Fault;
use countersign_http::{Settings, TrustedProxies};
use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use std::net::SocketAddr;
use std::sync::Mutex;

#[tokio::test]
async fn a_request_is_one_line_with_its_client_and_without_its_secrets() {
    let site = Site::new().await;
    let device = site.world.device(countersign_jose::KeyType::P256).await;
    let assertion = device.assertion(&site.world.issuer(), site.world.now());
    let mut fields = proof(&device, &assertion);
    fields.push(("grant_type", "client_credentials"));
    let log = Log::begin();
    let sent = request(Method::POST, "/oidc/token?secret=in-the-url", None)
        .header("content-type", crate::site::FORM);
    let answer = site.send(sent.body(Body::from(form(&fields))).unwrap()).await;
    let token = answer.succeeds(200)["access_token"].as_str().unwrap().to_owned();

    let lines = log.requests();
    let [line] = lines.as_slice() else {
        panic!("one line: {lines:?}")
    };
    let entry: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(
        (&entry["method"], &entry["route"], &entry["status"]),
        (&"POST".into(), &"/oidc/token".into(), &200.into())
    );
    assert_eq!(
        (&entry["client_id"], &entry["ip"]),
        (&device.client_id.clone().into(), &"192.0.2.7".into())
    );
    assert_eq!(entry["request_id"], answer.header("x-request-id").unwrap());
    assert!(entry["ms"].is_u64());
    for secret in ["in-the-url", assertion.as_str(), token.as_str()] {
        assert!(!line.contains(secret), "{line}");
    }
}

#[tokio::test]
async fn a_refusal_is_logged_with_its_code_and_an_unknown_path_is_not_logged_at_all() {
    let site = Site::new().await;
    let log = Log::begin();
    site.get("/oidc/identify", Some("a-secret-token"))
        .await
        .refuses(401, "invalid_token");
    site.get("/enroll/a-misplaced-secret", None)
        .await
        .refuses(404, "invalid_request");
    site.get("/devices/registration/status/SECR-ETCD", None)
        .await
        .refuses(404, "not_found");
    let lines = log.requests();
    assert_eq!(lines.len(), 3, "{lines:?}");
    for (line, code) in lines
        .iter()
        .zip(["\"invalid_token\"", "\"invalid_request\"", "\"not_found\""])
    {
        assert!(line.contains(code), "{line}");
        assert!(!line.contains("secret") && !line.contains("SECR"), "{line}");
    }
}

#[tokio::test]
async fn the_logged_address_is_the_peers_or_what_a_trusted_proxy_says_of_its_client() {
    let trusted_proxies = TrustedProxies(vec!["10.0.0.0/8".parse().unwrap()]);
    let site = Site::with(Settings {
        trusted_proxies,
        ..Settings::default()
    })
    .await;
    let log = Log::begin();
    let from = |peer: &str| {
        let peer: SocketAddr = peer.parse().unwrap();
        Request::get("/nowhere")
            .extension(ConnectInfo(peer))
            .header("x-forwarded-for", "1.1.1.1, 203.0.113.5")
    };
    for peer in ["198.51.100.9:1", "10.0.0.1:1"] {
        site.send(from(peer).body(Body::empty()).unwrap())
            .await
            .refuses(404, "invalid_request");
    }
    let lines = log.requests();
    assert!(lines[0].contains("\"ip\":\"198.51.100.9\""), "{lines:?}");
    assert!(lines[1].contains("\"ip\":\"203.0.113.5\""), "{lines:?}");
}

#[tokio::test]
async fn a_healthy_probe_is_not_worth_a_line() {
    let site = Site::new().await;
    let log = Log::begin();
    site.get("/healthz", None).await.succeeds(200);
    site.get("/readyz", None).await.succeeds(200);
    assert_eq!(log.requests(), Vec::<String>::new());
}

#[tokio::test]
async fn a_fault_is_logged_once_with_its_causes_and_its_request_id() {
    let site = Site::new().await;
    let router = crate::faults::broken(&site, || {
        Fault::new("reading a row").with_source("the disk is gone")
    });
    let log = Log::begin();
    let answer = crate::site::send(
        &router,
        request(Method::GET, "/approvals", Some("x"))
            .body(Body::empty())
            .unwrap(),
    )
    .await;
    answer.refuses(500, "server_error");
    let lines = log.requests();
    let faults: Vec<&String> = lines
        .iter()
        .filter(|line| line.contains("reading a row: the disk is gone"))
        .collect();
    assert_eq!((lines.len(), faults.len()), (2, 1), "{lines:?}");
    assert!(
        lines
            .iter()
            .all(|line| line.contains(answer.header("x-request-id").unwrap())),
        "{lines:?}"
    );
}

/// Keeps which metrics were touched, with their labels.
#[derive(Default)]
struct Touched(Mutex<Vec<String>>);

impl Touched {
    fn note(&self, key: &Key) {
        let labels: Vec<String> = key
            .labels()
            .map(|label| format!("{}={}", label.key(), label.value()))
            .collect();
        self.0
            .lock()
            .unwrap()
            .push(format!("{} {}", key.name(), labels.join(" ")));
    }
}

impl Recorder for Touched {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        self.note(key);
        Counter::noop()
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        self.note(key);
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        self.note(key);
        Histogram::noop()
    }
}

#[tokio::test]
async fn requests_and_tokens_are_counted_by_route_and_never_by_what_a_caller_makes_up() {
    let site = Site::new().await;
    let device = site.world.device(countersign_jose::KeyType::P256).await;
    let touched = Touched::default();
    let _guard = metrics::set_default_local_recorder(&touched);
    site.token_of(&device).await;
    site.get("/devices/registration/status/MADE-UPPP", None).await;
    site.send(
        request(Method::from_bytes(b"MADEUP").unwrap(), "/made/up", None)
            .body(Body::empty())
            .unwrap(),
    )
    .await;
    let touched = touched.0.lock().unwrap().join("\n");
    for line in [
        "tokens_total grant=client_credentials",
        "http_requests_total method=POST route=/oidc/token status=2xx",
        "http_request_duration_seconds method=POST route=/oidc/token status=2xx",
        "http_requests_total method=GET route=/devices/registration/status/{code} status=4xx",
        "http_requests_total method=other route=none status=4xx",
    ] {
        assert!(touched.contains(line), "{line} in\n{touched}");
    }
    assert!(!touched.to_lowercase().contains("made"), "{touched}");
}
