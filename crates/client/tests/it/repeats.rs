//! What is repeated by itself, and what never is.

use crate::fake_provider::{Answer, FakeProvider};
use countersign_client::LoginHint;
use serde_json::json;
use std::collections::HashSet;
use std::time::Duration;

fn down() -> Answer {
    Answer::Text(503, "text/plain", String::new())
}

#[tokio::test]
async fn a_call_without_consequences_is_repeated_with_a_new_assertion_each_time() {
    let fake = FakeProvider::start().await;
    let client = fake.client().await;
    let path = "/oidc/token/introspection";
    fake.on_each(
        path,
        vec![down(), down(), Answer::Json(200, json!({ "active": false }))],
    );
    assert!(!client.introspect("token").await.unwrap().active);
    let received = fake.received(path);
    let assertions: HashSet<_> = received
        .iter()
        .map(|request| request.field("client_assertion").unwrap())
        .collect();
    assert_eq!((received.len(), assertions.len()), (3, 3));
    assert_eq!(fake.clock.pauses().len(), 2);
}

#[tokio::test]
async fn a_refusal_is_not_repeated() {
    let fake = FakeProvider::start().await;
    let client = fake.client().await;
    fake.on(
        "/oidc/token",
        Answer::Json(
            401,
            json!({ "error": "invalid_client", "error_description": "no" }),
        ),
    );
    client.device_access_token().await.unwrap_err();
    assert_eq!(fake.received("/oidc/token").len(), 1);
}

#[tokio::test]
async fn nothing_that_counts_twice_is_repeated() {
    let fake = FakeProvider::start().await;
    let client = fake.client().await;
    fake.on("/oidc/backchannel", down());
    fake.on("/oidc/token", down());
    let hint = LoginHint::username("user.name@onesid1.com");
    client
        .make_ciba_request(&hint, "openid", "Sign in", None)
        .await
        .unwrap_err();
    assert_eq!(fake.received("/oidc/backchannel").len(), 1);
    client.check_ciba_status("id").await.unwrap_err();
    client.refresh("token").await.unwrap_err();
    assert_eq!(fake.received("/oidc/token").len(), 2);
    assert!(fake.clock.pauses().is_empty());
}

#[tokio::test]
async fn a_short_wait_that_the_provider_asks_for_is_kept_and_a_long_one_is_handed_on() {
    let fake = FakeProvider::start().await;
    let client = fake.client().await;
    let path = "/oidc/token/introspection";
    fake.on_each(
        path,
        vec![
            Answer::RetryAfter(429, "2"),
            Answer::Json(200, json!({ "active": false })),
        ],
    );
    client.introspect("token").await.unwrap();
    assert_eq!(fake.clock.pauses(), [Duration::from_secs(2)]);
    fake.on(path, Answer::RetryAfter(429, "60"));
    client.introspect("token").await.unwrap_err();
    assert_eq!(fake.received(path).len(), 3);
}

#[tokio::test]
async fn a_look_up_is_repeated_with_the_same_device_token_and_not_more_often_than_its_rule_says() {
    let fake = FakeProvider::start().await;
    let client = fake.client().await;
    fake.on("/oidc/from-identifier", down());
    fake.on("/oidc/token", down());
    client.from_identifier("x").await.unwrap_err();
    assert_eq!(
        fake.received("/oidc/token").len(),
        3,
        "the token's own tries, and no more"
    );
    fake.on(
        "/oidc/token",
        Answer::Json(
            200,
            json!({ "access_token": "a", "token_type": "Bearer", "expires_in": 600 }),
        ),
    );
    client.from_identifier("x").await.unwrap_err();
    assert_eq!(fake.received("/oidc/token").len(), 4);
    assert_eq!(fake.received("/oidc/from-identifier").len(), 3);
}
