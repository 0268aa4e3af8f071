//! Which web pages may call, and read what is answered (Fetch Standard §3.2).

use super::{SHOP, Stage, wire};
use crate::site::{Answer, Site, request};
use async_trait::async_trait;
use axum::body::Body;
use axum::http::Method;
use axum::http::header::CONTENT_TYPE;
use countersign_core::keys::Sealer;
use countersign_core::store::{ReadWork, Store, WriteWork};
use countersign_core::x1280::service::disable;
use countersign_core::{Fault, Provider};
use countersign_http::{AppState, Settings, router};
use serde_json::{Value, json};
use std::sync::Arc;

impl Stage {
    async fn preflight(&self, path: &str, origin: &str) -> Answer {
        let request = request(Method::OPTIONS, path, None)
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type");
        self.site.send(request.body(Body::empty()).unwrap()).await
    }

    async fn post_from(&self, path: &str, origin: &str, body: &Value) -> Answer {
        let request = request(Method::POST, path, None)
            .header("origin", origin)
            .header(CONTENT_TYPE, "application/json");
        self.site
            .send(request.body(Body::from(body.to_string())).unwrap())
            .await
    }
}

fn allowed(answer: &Answer) -> Option<&str> {
    answer.header("access-control-allow-origin")
}

#[tokio::test]
async fn a_page_of_a_registered_service_may_post_json_and_nothing_else() {
    let stage = Stage::new().await;
    let answer = stage.preflight("/auth/initiate", SHOP).await;
    assert_eq!(answer.status.as_u16(), 204);
    for (name, value) in [
        ("access-control-allow-origin", SHOP),
        ("access-control-allow-methods", "POST"),
        ("access-control-allow-headers", "content-type"),
        ("access-control-max-age", "600"),
        ("vary", "Origin"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
    assert_eq!(answer.header("access-control-allow-credentials"), None);
}

#[tokio::test]
async fn a_page_of_nobody_is_told_no_before_it_asks() {
    let stage = Stage::new().await;
    for foreign in [
        "https://evil.example",
        "null",
        "*",
        "http://shop.example",
        "https://shop.example:8443",
    ] {
        let answer = stage.preflight("/auth/initiate", foreign).await;
        answer.refuses(403, "access_denied");
        assert_eq!(
            (allowed(&answer), answer.header("vary")),
            (None, Some("Origin")),
            "{foreign}"
        );
    }
    let id = stage.service.service.id.as_str();
    disable(&stage.site.world.provider, id, "test").await.unwrap();
    let answer = stage.preflight("/auth/initiate", SHOP).await;
    answer.refuses(403, "access_denied");
}

#[tokio::test]
async fn an_options_request_that_is_no_preflight_is_told_the_methods() {
    let stage = Stage::new().await;
    let plain = request(Method::OPTIONS, "/auth/initiate", None);
    let answer = stage.site.send(plain.body(Body::empty()).unwrap()).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("allow")),
        (204, Some("OPTIONS,POST"))
    );
    assert_eq!(allowed(&answer), None);
}

#[tokio::test]
async fn a_page_of_the_service_may_read_answers_and_refusals() {
    let stage = Stage::new().await;
    let answer = stage.post_from("/auth/initiate", SHOP, &stage.request()).await;
    answer.succeeds(200);
    assert_eq!(
        (allowed(&answer), answer.header("vary")),
        (Some(SHOP), Some("Origin"))
    );
    let mut unknown = stage.request();
    unknown["tokenId"] = json!("tok_unknown");
    for (body, status, code) in [(unknown, 404, "not_found"), (json!({}), 400, "invalid_request")] {
        let answer = stage.post_from("/auth/initiate", SHOP, &body).await;
        answer.refuses(status, code);
        assert_eq!(allowed(&answer), Some(SHOP));
        assert_eq!(
            answer.header("access-control-expose-headers"),
            Some("retry-after, x-request-id")
        );
    }
}

#[tokio::test]
async fn a_page_may_not_ask_in_the_name_of_another_service() {
    let stage = Stage::new().await;
    let other = "https://other.example";
    stage
        .site
        .world
        .mutual_service(|new| {
            new.name = "Other".to_owned();
            new.origins = vec![other.to_owned()];
        })
        .await;
    // It is a page of somebody, so it may read the refusal.
    let answer = stage.post_from("/auth/initiate", other, &stage.request()).await;
    answer.refuses(401, "invalid_service");
    assert_eq!(allowed(&answer), Some(other));
    let answer = stage
        .post_from("/auth/initiate", "https://evil.example", &stage.request())
        .await;
    answer.refuses(401, "invalid_service");
    assert_eq!((allowed(&answer), answer.header("vary")), (None, Some("Origin")));
}

/// A store that can be read and not written.
struct ReadOnly(Arc<dyn Store>);

#[async_trait]
impl Store for ReadOnly {
    async fn run_read(&self, work: ReadWork) -> Result<(), Fault> {
        self.0.run_read(work).await
    }

    async fn run_write(&self, _: WriteWork) -> Result<(), Fault> {
        Err(Fault::temporary("the disk is full"))
    }

    async fn check(&self) -> Result<(), Fault> {
        self.0.check().await
    }
}

#[tokio::test]
async fn a_page_of_the_service_may_read_that_we_failed() {
    let stage = Stage::new().await;
    let healthy = &stage.site.world.provider;
    let provider = Provider::new(
        healthy.host.clone(),
        Arc::new(ReadOnly(Arc::clone(&healthy.store))),
        Arc::clone(&healthy.clock),
        Arc::clone(&healthy.entropy),
        Arc::clone(&healthy.bus),
        healthy.policy.clone(),
        Sealer::new([7; 32]),
    );
    let stage = Stage {
        site: Site {
            router: router(AppState::new(Arc::new(provider), Settings::default())),
            world: stage.site.world,
        },
        ..stage
    };
    let answer = stage.post_from("/auth/initiate", SHOP, &stage.request()).await;
    answer.refuses(503, "temporarily_unavailable");
    assert_eq!(
        (allowed(&answer), answer.header("vary")),
        (Some(SHOP), Some("Origin"))
    );
    assert!(answer.header("retry-after").is_some());
}

#[tokio::test]
async fn the_routes_of_phones_are_for_no_page() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    for (path, body) in [
        ("/auth/verify", wire(&stage.approval(&session))),
        ("/auth/reject", json!({})),
        ("/enroll", json!({})),
        ("/enroll/challenge", json!({})),
    ] {
        assert_eq!(allowed(&stage.post_from(path, SHOP, &body).await), None, "{path}");
        let preflight = stage.preflight(path, SHOP).await;
        preflight.refuses(405, "invalid_request");
        assert_eq!(allowed(&preflight), None, "{path}");
    }
}
