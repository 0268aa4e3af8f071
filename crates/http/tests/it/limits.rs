//! Load limits: 429 with a time to wait, and gone when the time has passed.

use crate::site::{Answer, Site, request};
use axum::body::Body;
use axum::http::Method;
use axum::http::header::CONTENT_TYPE;
use countersign_http::{Limits, PeerAddr, Rate, Settings};
use countersign_jose::KeyType;
use serde_json::json;
use std::time::Duration;

pub(crate) async fn limited(limits: Limits) -> Site {
    Site::with(Settings {
        limits,
        ..Settings::default()
    })
    .await
}

#[track_caller]
pub(crate) fn told_to_wait(answer: &Answer) -> u64 {
    answer.refuses(429, "too_many_requests");
    answer.header("retry-after").unwrap().parse().unwrap()
}

#[tokio::test]
async fn registrations_of_one_address_are_limited_and_another_address_is_not() {
    let site = limited(Limits {
        registration: Rate::new(2, 60),
        ..Limits::default()
    })
    .await;
    for _ in 0..2 {
        site.post_json("/devices/registration", None, &json!({}))
            .await
            .refuses(400, "invalid_request");
    }
    let wait = told_to_wait(&site.post_json("/devices/registration", None, &json!({})).await);
    assert_eq!(wait, 1);
    let other = request(Method::POST, "/devices/registration", None)
        .extension(PeerAddr("198.51.100.1:1".parse().unwrap()))
        .header(CONTENT_TYPE, "application/json");
    site.send(other.body(Body::from("{}")).unwrap())
        .await
        .refuses(400, "invalid_request");
    site.world.clock.advance(Duration::from_secs(wait));
    site.post_json("/devices/registration", None, &json!({}))
        .await
        .refuses(400, "invalid_request");
}

#[tokio::test]
async fn an_ipv6_network_counts_as_one_address() {
    let site = limited(Limits {
        registration_status: Rate::new(1, 1),
        ..Limits::default()
    })
    .await;
    let ask = |peer: &str| {
        let request = request(Method::GET, "/devices/registration/status/ABCD-2345", None);
        request
            .extension(PeerAddr(peer.parse().unwrap()))
            .body(Body::empty())
            .unwrap()
    };
    site.send(ask("[2001:db8:1:1::1]:1"))
        .await
        .refuses(404, "not_found");
    told_to_wait(&site.send(ask("[2001:db8:1:1:ffff::2]:1")).await);
    site.send(ask("[2001:db8:1:2::1]:1"))
        .await
        .refuses(404, "not_found");
}

#[tokio::test]
async fn enrolments_are_limited() {
    let site = limited(Limits {
        enrolment: Rate::new(1, 1),
        ..Limits::default()
    })
    .await;
    site.post_json("/authenticators", None, &json!({}))
        .await
        .refuses(400, "invalid_request");
    told_to_wait(&site.post_json("/authenticators", None, &json!({})).await);
}

#[tokio::test]
async fn failed_authentications_are_limited_and_a_good_neighbour_is_served() {
    let site = limited(Limits {
        failed_authentication: Rate::new(2, 1),
        ..Limits::default()
    })
    .await;
    let device = site.world.device(KeyType::P256).await;
    for _ in 0..2 {
        site.post_form("/oidc/token", &[("client_id", "x")])
            .await
            .refuses(401, "invalid_client");
    }
    told_to_wait(&site.post_form("/oidc/token", &[("client_id", "x")]).await);
    told_to_wait(&site.post_form("/oidc/backchannel", &[("client_id", "x")]).await);
    site.token_of(&device).await;
}

#[tokio::test]
async fn polls_far_above_the_interval_are_told_to_wait_and_lose_nothing() {
    let site = limited(Limits {
        polls_per_request: Rate::new(3, 60),
        ..Limits::default()
    })
    .await;
    let (phone, token) = site.phone("user.name@OnesID1").await;
    let device = site.world.device(KeyType::P256).await;
    let hint = json!({ "scope": "openid", "login_hint": phone.username, "binding_message": "hello" });
    let started = site.world.start(&device, &hint).await.unwrap();
    let poll = [
        ("grant_type", "urn:openid:params:grant-type:ciba"),
        ("auth_req_id", started.auth_req_id.as_str()),
    ];
    for _ in 0..3 {
        site.post_as(&device, "/oidc/token", &poll)
            .await
            .refuses(400, "authorization_pending");
    }
    let wait = told_to_wait(&site.post_as(&device, "/oidc/token", &poll).await);
    let item = site.get("/approvals", Some(&token)).await.succeeds(200)["approvals"][0].clone();
    let decision = site.decision(&phone, &item, "approved");
    let path = format!("/approvals/{}/decision", item["id"].as_str().unwrap());
    site.post_json(&path, Some(&token), &decision).await.succeeds(200);
    site.world.clock.advance(Duration::from_secs(wait));
    site.post_as(&device, "/oidc/token", &poll).await.succeeds(200);
}

#[tokio::test]
async fn twenty_polls_without_a_pause_meet_no_limit_by_default() {
    let site = Site::new().await;
    let (phone, _) = site.phone("user.name@OnesID1").await;
    let device = site.world.device(KeyType::P256).await;
    let hint = json!({ "scope": "openid", "login_hint": phone.username, "binding_message": "hello" });
    let started = site.world.start(&device, &hint).await.unwrap();
    let poll = [
        ("grant_type", "urn:openid:params:grant-type:ciba"),
        ("auth_req_id", started.auth_req_id.as_str()),
    ];
    for _ in 0..20 {
        site.post_as(&device, "/oidc/token", &poll)
            .await
            .refuses(400, "authorization_pending");
    }
}

#[tokio::test]
async fn one_client_is_limited_over_all_its_requests() {
    let site = limited(Limits {
        requests_per_client: Rate::new(1, 1),
        ..Limits::default()
    })
    .await;
    let device = site.world.device(KeyType::P256).await;
    site.token_of(&device).await;
    told_to_wait(
        &site
            .post_as(&device, "/oidc/token", &[("grant_type", "client_credentials")])
            .await,
    );
    let other = site.world.device(KeyType::P256).await;
    site.token_of(&other).await;
}

#[tokio::test]
async fn the_dangerous_switch_turns_every_limit_off() {
    let one = Rate::new(1, 1);
    let limits = Limits {
        registration: one,
        registration_status: one,
        enrolment: one,
        failed_authentication: one,
        requests_per_client: one,
        danger_unlimited: true,
        ..Limits::default()
    };
    let site = limited(limits).await;
    for _ in 0..5 {
        site.post_json("/devices/registration", None, &json!({}))
            .await
            .refuses(400, "invalid_request");
        site.get("/devices/registration/status/ABCD-2345", None)
            .await
            .refuses(404, "not_found");
        site.post_json("/authenticators", None, &json!({}))
            .await
            .refuses(400, "invalid_request");
        site.post_form("/oidc/token", &[])
            .await
            .refuses(401, "invalid_client");
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_arrive_is_given_up() {
    let site = Site::new().await;
    let never = Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>());
    let request = request(Method::POST, "/oidc/token", None).header(CONTENT_TYPE, crate::site::FORM);
    let description = site
        .send(request.body(never).unwrap())
        .await
        .refuses(400, "invalid_request");
    assert!(description.contains("too long"), "{description}");
}
