//! `GET {host}/ws/session/{sessionId}`: who may wait, and what is told.

use super::browser::{Browser, path, refused, rejected};
use super::{SHOP, Stage};
use crate::site::{Site, request};
use axum::body::Body;
use axum::http::Method;
use countersign_core::approval::{ApprovalState, ExpiryCause};
use countersign_core::id::ApprovalId;
use countersign_protocol::approval::ApprovalItem;
use countersign_protocol::x1280::InitiateAnswer;
use serde_json::json;
use std::time::Duration;
use tokio_tungstenite::tungstenite::Error;

impl Stage {
    async fn shown(&self) -> ApprovalItem {
        let shown = self.marie.shown(&self.site.world.provider).await.unwrap();
        shown.expect("a mutual sign-in is shown")
    }

    /// Ends the approval behind a session as another process would: through the store, without our bus.
    async fn end_elsewhere(&self) {
        let id = ApprovalId(self.shown().await.id);
        let ended = ApprovalState::Expired {
            at: self.site.world.now(),
            cause: ExpiryCause::Superseded,
        };
        let store = &self.site.world.provider.store;
        store
            .write(move |tx| Ok(tx.approvals_mut().settle(id, &ended)?))
            .await
            .unwrap();
    }

    /// Wakes whoever waits for the person, as every decision does.
    async fn wake(&self) {
        let provider = &self.site.world.provider;
        let user = self.marie.phone.bearer(provider).await.unwrap().user.id;
        provider.bus.wake(user);
    }
}

#[tokio::test]
async fn a_browser_is_told_the_masked_code_and_then_the_identity() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let mut browser = Browser::open(&stage, &session).await;
    let masked = format!("{}**", &session.auto_password[..4]);
    assert_eq!(
        browser.ready().await,
        json!({ "type": "otp_ready", "autoPassword": masked, "expiresAt": session.expires_at })
    );
    let answer = stage.approve(&session).await;
    assert_eq!(
        browser.event().await,
        json!({ "type": "approved", "jwt": answer["jwt"], "hash": answer["hash"], "random": session.random,
            "expiresAt": answer["expiresAt"] })
    );
    assert_eq!(browser.closed().await, 1000);
}

#[tokio::test]
async fn a_browser_that_comes_late_or_again_is_told_until_the_session_ends() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let answer = stage.approve(&session).await;
    for _ in 0..2 {
        let mut browser = Browser::open(&stage, &session).await;
        browser.ready().await;
        assert_eq!(browser.event().await["jwt"], answer["jwt"]);
        assert_eq!(browser.closed().await, 1000);
    }
    stage.site.world.clock.advance(Duration::from_secs(60));
    let path = path(&session.session_id, &session.ws_token);
    assert_eq!(refused(&stage.site, &path).await, 4004);
}

#[tokio::test]
async fn a_wrong_token_is_4001_and_an_unknown_session_4004() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let (id, token) = (session.session_id.as_str(), session.ws_token.as_str());
    let other = stage.begin().await;
    for wrong in [other.ws_token.as_str(), "", "x", &token.to_uppercase()] {
        assert_eq!(refused(&stage.site, &path(id, wrong)).await, 4001, "{wrong}");
    }
    assert_eq!(
        refused(&stage.site, &format!("/ws/session/{id}")).await,
        4001,
        "no token"
    );
    for unknown in [
        "sess_00000000000000000000000000000000",
        "sess_",
        "x",
        "%20",
        "%F0%9F%98%80",
    ] {
        assert_eq!(
            refused(&stage.site, &path(unknown, token)).await,
            4004,
            "{unknown}"
        );
    }
}

#[tokio::test]
async fn wrong_answers_are_told_and_the_third_ends_the_wait() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let mut browser = Browser::open(&stage, &session).await;
    browser.ready().await;
    for (wrong, code, reason) in [
        (stage.wrong_code(&session), "invalid_otp", "Invalid OTP"),
        (
            stage.wrong_signature(&session),
            "invalid_signature",
            "Invalid signature",
        ),
    ] {
        stage.post("/auth/verify", &wrong).await.refuses(401, code);
        assert_eq!(browser.event().await, rejected(reason));
    }
    let third = stage.post("/auth/verify", &stage.wrong_code(&session)).await;
    third.refuses(429, "too_many_requests");
    assert!(third.header("retry-after").is_some());
    assert_eq!(browser.event().await, rejected("Too many attempts"));
    assert_eq!(browser.closed().await, 1000);
    // Also for the right code: the session is over.
    let late = stage
        .post("/auth/verify", &super::wire(&stage.approval(&session)))
        .await;
    late.refuses(429, "too_many_requests");
}

#[tokio::test]
async fn a_person_who_was_mistaken_once_can_still_approve() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let mut browser = Browser::open(&stage, &session).await;
    browser.ready().await;
    let wrong = stage.post("/auth/verify", &stage.wrong_code(&session)).await;
    wrong.refuses(401, "invalid_otp");
    assert_eq!(browser.event().await, rejected("Invalid OTP"));
    let answer = stage.approve(&session).await;
    assert_eq!(browser.event().await["hash"], answer["hash"]);
    assert_eq!(browser.closed().await, 1000);
}

#[tokio::test]
async fn a_no_is_told_at_either_door() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let mut browser = Browser::open(&stage, &session).await;
    browser.ready().await;
    assert_eq!(stage.decline(&session).await.status.as_u16(), 204);
    assert_eq!(browser.event().await, rejected("User rejected"));
    assert_eq!(browser.closed().await, 1000);

    let session = stage.begin().await;
    let mut browser = Browser::open(&stage, &session).await;
    browser.ready().await;
    let item = serde_json::to_value(stage.shown().await).unwrap();
    let body = stage.site.decision(&stage.marie.phone, &item, "denied");
    let token = stage.site.token_of(&stage.marie.phone.party).await;
    let path = format!("/approvals/{}/decision", item["id"].as_str().unwrap());
    stage
        .site
        .post_json(&path, Some(&token), &body)
        .await
        .succeeds(200);
    assert_eq!(browser.event().await, rejected("User rejected"));
    assert_eq!(browser.closed().await, 1000);
}

#[tokio::test]
async fn a_session_that_nobody_answers_expires() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let mut browser = Browser::open(&stage, &session).await;
    browser.ready().await;
    stage.site.world.clock.advance(Duration::from_secs(60));
    stage.wake().await;
    assert_eq!(browser.event().await, json!({ "type": "expired" }));
    assert_eq!(browser.closed().await, 1000);
}

#[tokio::test]
async fn a_newer_request_of_the_service_ends_the_wait_for_the_older() {
    let stage = Stage::new().await;
    let older = stage.begin().await;
    let mut browser = Browser::open(&stage, &older).await;
    browser.ready().await;
    let newer = stage.begin().await;
    assert_eq!(browser.event().await, json!({ "type": "expired" }));
    assert_eq!(browser.closed().await, 1000);
    stage
        .post("/auth/verify", &super::wire(&stage.approval(&older)))
        .await
        .refuses(404, "not_found");
    stage.approve(&newer).await;
}

#[tokio::test]
async fn a_change_that_nobody_woke_for_is_found_by_the_tick() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let mut browser = Browser::piped(&stage, &session, 4096).await;
    browser.ready().await;
    stage.end_elsewhere().await;
    tokio::time::pause();
    assert_eq!(browser.event().await, json!({ "type": "expired" }));
    assert_eq!(browser.closed().await, 1000);
}

#[tokio::test]
async fn the_end_of_a_session_is_not_left_to_the_tick() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    // Two seconds are left when the browser comes.
    stage.site.world.clock.advance(Duration::from_secs(58));
    let mut browser = Browser::piped(&stage, &session, 4096).await;
    browser.ready().await;
    tokio::time::pause();
    let begun = tokio::time::Instant::now();
    stage.site.world.clock.advance(Duration::from_secs(2));
    assert_eq!(browser.event().await, json!({ "type": "expired" }));
    assert!(begun.elapsed() <= Duration::from_secs(3), "{:?}", begun.elapsed());
}

/// The status and the body of a handshake that was refused.
async fn handshake_refused(site: &Site, path: &str, origin: &str) -> (u16, serde_json::Value) {
    match Browser::at(&site.router, path, Some(origin))
        .await
        .map_err(|error| *error)
    {
        Err(Error::Http(response)) => {
            let body = response.body().clone().unwrap_or_default();
            (
                response.status().as_u16(),
                serde_json::from_slice(&body).unwrap_or_default(),
            )
        }
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("the socket was opened"),
    }
}

fn address(session: &InitiateAnswer) -> String {
    path(&session.session_id, &session.ws_token)
}

#[tokio::test]
async fn only_pages_of_the_service_that_asked_may_wait() {
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
    let session = stage.begin().await;
    let address = address(&session);
    for foreign in [
        other,
        "https://evil.example",
        "null",
        "https://shop.example.evil.example",
        "",
    ] {
        let (status, body) = handshake_refused(&stage.site, &address, foreign).await;
        assert_eq!(
            (status, &body["error"]),
            (403, &json!("access_denied")),
            "{foreign}"
        );
        assert!(body["message"].is_string());
    }
    let mut browser = Browser::at(&stage.site.router, &address, Some(SHOP))
        .await
        .unwrap();
    browser.ready().await;
    // A program without pages sends no Origin.
    Browser::at(&stage.site.router, &address, None)
        .await
        .unwrap()
        .ready()
        .await;
}

#[tokio::test]
async fn what_is_no_handshake_is_told_what_this_route_speaks() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let address = address(&session);
    let plain = || request(Method::GET, &address, None);
    let old = plain()
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA==")
        .header("sec-websocket-version", "8");
    for builder in [plain(), old] {
        let answer = stage.site.send(builder.body(Body::empty()).unwrap()).await;
        answer.refuses(426, "invalid_request");
        assert_eq!(answer.header("sec-websocket-version"), Some("13"));
        assert_eq!(answer.header("upgrade"), Some("websocket"));
    }
    // HTTP/2 has no header for it, and another handshake that is not spoken here.
    let second = plain().version(axum::http::Version::HTTP_2);
    let answer = stage.site.send(second.body(Body::empty()).unwrap()).await;
    answer.refuses(426, "invalid_request");
    assert_eq!(answer.header("upgrade"), None);
    let head = request(Method::HEAD, &address, None).body(Body::empty()).unwrap();
    assert_eq!(stage.site.send(head).await.status.as_u16(), 426);
    stage
        .site
        .post_json(&address, None, &json!({}))
        .await
        .refuses(405, "invalid_request");
}
