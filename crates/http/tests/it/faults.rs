//! Our own failures: the peer learns a request id and nothing else, and the process lives on.

use crate::site::{Answer, Site, post, send};
use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use countersign_core::keys::Sealer;
use countersign_core::store::{ReadWork, Store, WriteWork};
use countersign_core::{Fault, Provider};
use countersign_http::{AppState, Settings, router};
use serde_json::json;
use std::sync::Arc;

/// A store that is broken in one way.
struct BrokenStore(fn() -> Fault);

#[async_trait]
impl Store for BrokenStore {
    async fn run_read(&self, _: ReadWork) -> Result<(), Fault> {
        Err(self.0())
    }

    async fn run_write(&self, _: WriteWork) -> Result<(), Fault> {
        Err(self.0())
    }

    async fn check(&self) -> Result<(), Fault> {
        Err(self.0())
    }
}

/// The router of a provider whose store is broken.
pub(crate) fn broken(site: &Site, fault: fn() -> Fault) -> Router {
    let healthy = &site.world.provider;
    let provider = Provider::new(
        healthy.host.clone(),
        Arc::new(BrokenStore(fault)),
        Arc::clone(&healthy.clock),
        Arc::clone(&healthy.entropy),
        Arc::clone(&healthy.bus),
        healthy.policy.clone(),
        Sealer::new([7; 32]),
    );
    router(AppState::new(Arc::new(provider), Settings::default()))
}

async fn answers(site: &Site, fault: fn() -> Fault) -> Vec<Answer> {
    let router = broken(site, fault);
    let (device, _) = site.device().await;
    let assertion = device.assertion(&site.world.issuer(), site.world.now());
    let form = crate::site::form(&crate::site::proof(&device, &assertion));
    let registration = countersign_testkit::World::registration_of(&device, "t", "server");
    let registration = serde_json::to_vec(&registration).unwrap();
    let get = |path| {
        crate::site::request(axum::http::Method::GET, path, Some("x"))
            .body(Body::empty())
            .unwrap()
    };
    vec![
        send(
            &router,
            post("/oidc/token", None, Some(crate::site::FORM), form.into_bytes()),
        )
        .await,
        send(
            &router,
            post(
                "/devices/registration",
                None,
                Some("application/json"),
                registration,
            ),
        )
        .await,
        send(&router, get("/approvals")).await,
        send(&router, get("/approvals/events")).await,
        send(&router, get("/devices/registration/status/ABCD-2345")).await,
    ]
}

#[tokio::test]
async fn a_broken_store_is_server_error_with_the_request_id_and_no_detail() {
    let site = Site::new().await;
    for answer in answers(&site, || Fault::new("secret detail: /var/lib/countersign")).await {
        let description = answer.refuses(500, "server_error");
        assert!(
            description.contains(answer.header("x-request-id").unwrap()),
            "{description}"
        );
        assert!(!description.contains("secret detail"), "{description}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
}

#[tokio::test]
async fn a_busy_store_is_temporarily_unavailable_and_says_when_to_come_back() {
    let site = Site::new().await;
    for answer in answers(&site, || Fault::temporary("the disk is full")).await {
        let description = answer.refuses(503, "temporarily_unavailable");
        assert!(
            description.contains(answer.header("x-request-id").unwrap()),
            "{description}"
        );
        assert!(answer.header("retry-after").unwrap().parse::<u32>().unwrap() > 0);
    }
}

#[tokio::test]
async fn a_panic_ends_one_request_and_not_the_process() {
    let site = Site::new().await;
    for answer in answers(&site, || panic!("a test makes the store panic")).await {
        answer.refuses(500, "server_error");
        assert!(answer.header("x-request-id").is_some());
    }
}

#[tokio::test]
async fn readiness_says_no_without_keys_and_when_the_server_stops() {
    let settings = Settings::default();
    let site = Site::with(settings.clone()).await;
    assert_eq!(
        site.get("/readyz", None).await.succeeds(200),
        json!({ "status": "ready" })
    );
    settings.shutdown.cancel();
    site.get("/readyz", None)
        .await
        .refuses(503, "temporarily_unavailable");
    // It still lives: only a dead process is to be restarted.
    assert_eq!(
        site.get("/healthz", None).await.succeeds(200),
        json!({ "status": "ok" })
    );
}
