//! Push subscriptions over HTTP: what is taken, and what is refused.

use crate::site::{Answer, FORM, Site, request};
use axum::body::Body;
use axum::http::Method;
use axum::http::header::CONTENT_TYPE;
use countersign_core::outbox::list;
use countersign_core::user::IdpRole;
use countersign_jose::base64url;
use countersign_jose::ece::{AgreementKey, AgreementPoint};
use serde_json::{Value, json};

const PATH: &str = "/authenticators/self/push";

/// What `PushSubscription.toJSON()` gives.
fn subscription() -> Value {
    let key = AgreementKey::from_scalar(&[7; 32]).unwrap();
    json!({
        "endpoint": "https://push.example.net/wpush/v2/abc",
        "expirationTime": null,
        "keys": { "p256dh": base64url::encode(key.public().as_bytes()), "auth": base64url::encode(&[7; 16]) },
    })
}

fn with(pointer: &str, value: Value) -> Value {
    let mut changed = subscription();
    *changed.pointer_mut(pointer).unwrap() = value;
    changed
}

async fn put(site: &Site, token: Option<&str>, content_type: Option<&str>, body: impl Into<Body>) -> Answer {
    let mut builder = request(Method::PUT, PATH, token);
    if let Some(content_type) = content_type {
        builder = builder.header(CONTENT_TYPE, content_type);
    }
    site.send(builder.body(body.into()).unwrap()).await
}

async fn put_json(site: &Site, token: &str, body: &Value) -> Answer {
    put(site, Some(token), Some("application/json"), body.to_string()).await
}

async fn delete(site: &Site, token: Option<&str>) -> Answer {
    site.send(request(Method::DELETE, PATH, token).body(Body::empty()).unwrap())
        .await
}

async fn hosts(site: &Site) -> Vec<String> {
    let state = list::state(&site.world.provider, 10).await.unwrap();
    let host = |subscription: &countersign_core::authenticator::push::PushSubscription| {
        subscription.endpoint.host().to_owned()
    };
    state.subscriptions.iter().map(host).collect()
}

#[tokio::test]
async fn a_phone_subscribes_moves_and_unsubscribes() {
    let site = Site::new().await;
    let (_, token) = site.phone("ada@OnesID1").await;
    for (body, host) in [
        (subscription(), "push.example.net"),
        (
            with("/endpoint", json!("https://other.example.net:8443/x")),
            "other.example.net",
        ),
    ] {
        let answer = put_json(&site, &token, &body).await;
        assert_eq!((answer.status.as_u16(), answer.body.len()), (204, 0));
        assert_eq!(hosts(&site).await, [host]);
    }
    for _ in 0..2 {
        assert_eq!(delete(&site, Some(&token)).await.status.as_u16(), 204);
        assert!(hosts(&site).await.is_empty());
    }
}

#[tokio::test]
async fn keys_are_read_with_the_padding_that_some_platforms_add() {
    let site = Site::new().await;
    let (_, token) = site.phone("ada@OnesID1").await;
    let auth = base64url::encode(&[7; 16]) + "==";
    let answer = put_json(&site, &token, &with("/keys/auth", json!(auth))).await;
    assert_eq!(answer.status.as_u16(), 204);
}

#[tokio::test]
async fn only_a_phone_subscribes() {
    let site = Site::new().await;
    let (_, device) = site.device().await;
    let person = site.person("master@OnesID1", IdpRole::Master).await;
    let before = hosts(&site).await;
    for token in [&device, &person] {
        put_json(&site, token, &subscription())
            .await
            .refuses(403, "insufficient_scope");
        delete(&site, Some(token))
            .await
            .refuses(403, "insufficient_scope");
    }
    for answer in [
        put(&site, None, Some("application/json"), subscription().to_string()).await,
        delete(&site, None).await,
    ] {
        answer.refuses(401, "invalid_token");
    }
    assert_eq!(hosts(&site).await, before);
}

#[tokio::test]
async fn a_subscription_that_is_none_is_refused_and_the_old_one_stays() {
    let site = Site::new().await;
    let (_, token) = site.phone("ada@OnesID1").await;
    put_json(&site, &token, &subscription()).await;
    let mut off_curve = *AgreementKey::from_scalar(&[7; 32]).unwrap().public().as_bytes();
    off_curve[64] ^= 1;
    assert!(AgreementPoint::parse(&off_curve).is_err());
    for (pointer, value) in [
        ("/endpoint", json!("http://push.example.net/a")),
        ("/endpoint", json!("https://127.0.0.1/a")),
        ("/endpoint", json!("https://localhost/a")),
        ("/endpoint", json!("https://[fd00::1]/a")),
        ("/endpoint", json!("https://u:p@push.example.net/a")),
        ("/endpoint", json!("https://push.example.net:25/a")),
        (
            "/endpoint",
            json!(format!("https://push.example.net/{}", "a".repeat(3000))),
        ),
        ("/endpoint", json!("")),
        ("/endpoint", json!(7)),
        ("/keys", json!([])),
        ("/keys", json!({})),
        ("/keys/p256dh", json!(base64url::encode(&off_curve))),
        ("/keys/p256dh", json!(base64url::encode(&[4; 65]))),
        ("/keys/p256dh", json!("not base64url!")),
        ("/keys/p256dh", json!("")),
        ("/keys/auth", json!(base64url::encode(&[7; 15]))),
        ("/keys/auth", json!(base64url::encode(&[7; 17]))),
        ("/keys/auth", json!(null)),
    ] {
        put_json(&site, &token, &with(pointer, value))
            .await
            .refuses(400, "invalid_request");
    }
    for body in [
        "",
        "null",
        "[]",
        "{}",
        "{",
        "{\"endpoint\":\"a\",\"endpoint\":\"b\"}",
    ] {
        let answer = put(&site, Some(&token), Some("application/json"), body).await;
        answer.refuses(400, "invalid_request");
    }
    for content_type in [None, Some(FORM), Some("text/json")] {
        let answer = put(&site, Some(&token), content_type, subscription().to_string()).await;
        answer.refuses(415, "unsupported_media_type");
    }
    let answer = put(
        &site,
        Some(&token),
        Some("application/json"),
        vec![b' '; 64 * 1024 + 1],
    )
    .await;
    answer.refuses(413, "payload_too_large");
    assert_eq!(hosts(&site).await, ["push.example.net"]);
}

#[tokio::test]
async fn the_key_to_subscribe_with_is_a_point_told_to_everybody_and_always_the_same() {
    let site = Site::new().await;
    let first = site.get("/authenticators/push-key", None).await.succeeds(200);
    let point = base64url::decode(first["applicationServerKey"].as_str().unwrap()).unwrap();
    assert!(AgreementPoint::parse(&point).is_ok());
    let again = site.get("/authenticators/push-key", None).await.succeeds(200);
    assert_eq!(first, again);
    let published = site.get("/oidc/jwks", None).await.succeeds(200);
    let x = base64url::encode(&point[1..33]);
    assert!(
        !published.to_string().contains(&x),
        "it signs no tokens: {published}"
    );
}
