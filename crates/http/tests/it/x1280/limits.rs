//! The limits of the profile: ten sign-ins a minute and five enrolments an hour for each address.

use super::Stage;
use crate::limits::told_to_wait;
use crate::site::request;
use axum::body::Body;
use axum::http::Method;
use axum::http::header::CONTENT_TYPE;
use countersign_http::{Limits, PeerAddr, Rate, Settings};
use countersign_testkit::World;
use serde_json::{Value, json};
use std::time::Duration;

async fn limited(limits: Limits) -> Stage {
    Stage::with(Settings {
        limits,
        ..Settings::default()
    })
    .await
}

async fn from_elsewhere(stage: &Stage, path: &str, body: &Value) -> crate::site::Answer {
    let request = request(Method::POST, path, None)
        .extension(PeerAddr("198.51.100.1:1".parse().unwrap()))
        .header(CONTENT_TYPE, "application/json");
    stage
        .site
        .send(request.body(Body::from(body.to_string())).unwrap())
        .await
}

#[tokio::test]
async fn an_address_begins_ten_sign_ins_a_minute() {
    let stage = Stage::new().await;
    for _ in 0..10 {
        stage.begin().await;
    }
    let wait = told_to_wait(&stage.post("/auth/initiate", &stage.request()).await);
    assert_eq!(wait, 6);
    from_elsewhere(&stage, "/auth/initiate", &stage.request())
        .await
        .succeeds(200);
    stage.site.world.clock.advance(Duration::from_secs(wait));
    stage.begin().await;
}

#[tokio::test]
async fn the_limit_stands_behind_the_other_checks_as_the_profile_orders_them() {
    let stage = limited(Limits {
        initiation: Rate::new(1, 1),
        ..Limits::default()
    })
    .await;
    stage.begin().await;
    let with = |name: &str, value: Value| {
        let mut request = stage.request();
        request[name] = value;
        request
    };
    for (name, value, status, code) in [
        ("tokenId", json!("tok_unknown"), 404, "not_found"),
        ("serviceId", json!("svc_unknown"), 401, "invalid_service"),
        ("scopes", json!(["x"]), 422, "invalid_scope"),
    ] {
        let answer = stage.post("/auth/initiate", &with(name, value)).await;
        answer.refuses(status, code);
    }
    told_to_wait(&stage.post("/auth/initiate", &stage.request()).await);
}

#[tokio::test]
async fn nobody_goes_through_names_without_a_pause() {
    let stage = limited(Limits {
        failed_authentication: Rate::new(2, 1),
        ..Limits::default()
    })
    .await;
    let mut request = stage.request();
    request["tokenId"] = json!("tok_unknown");
    for _ in 0..2 {
        stage
            .post("/auth/initiate", &request)
            .await
            .refuses(404, "not_found");
    }
    told_to_wait(&stage.post("/auth/initiate", &request).await);
    // Who asks for somebody who is there is served.
    stage.begin().await;
}

#[tokio::test]
async fn push_bombing_is_refused_with_the_time_to_wait() {
    let stage = Stage::of(World::new().await, Settings::default()).await;
    for _ in 0..5 {
        stage.begin().await;
    }
    told_to_wait(&stage.post("/auth/initiate", &stage.request()).await);
}

#[tokio::test]
async fn an_address_enrols_five_times_an_hour() {
    let stage = Stage::new().await;
    let request = json!({ "vdsData": "HC1:", "publicKeyPem": "", "deviceId": "d" });
    for _ in 0..5 {
        stage
            .post("/enroll", &request)
            .await
            .refuses(400, "invalid_request");
        // What is no enrolment at all does not count.
        stage
            .post("/enroll", &json!({}))
            .await
            .refuses(400, "invalid_request");
    }
    let wait = told_to_wait(&stage.post("/enroll", &request).await);
    assert_eq!(wait, 720);
    from_elsewhere(&stage, "/enroll", &request)
        .await
        .refuses(400, "invalid_request");
    stage.site.world.clock.advance(Duration::from_secs(wait));
    stage
        .post("/enroll", &request)
        .await
        .refuses(400, "invalid_request");
}

#[tokio::test]
async fn challenges_are_limited() {
    let stage = limited(Limits {
        enrolment: Rate::new(1, 1),
        ..Limits::default()
    })
    .await;
    stage.post("/enroll/challenge", &json!({})).await.succeeds(200);
    told_to_wait(&stage.post("/enroll/challenge", &json!({})).await);
}

#[tokio::test]
async fn the_dangerous_switch_lifts_these_limits_too() {
    let stage = limited(Limits {
        danger_unlimited: true,
        ..Limits::default()
    })
    .await;
    let request = json!({ "vdsData": "HC1:", "publicKeyPem": "", "deviceId": "d" });
    for _ in 0..12 {
        stage.begin().await;
        stage
            .post("/enroll", &request)
            .await
            .refuses(400, "invalid_request");
    }
}
