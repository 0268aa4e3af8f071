//! The event stream of a phone.

use crate::site::{Site, request};
use axum::body::{Body, BodyDataStream};
use axum::http::Method;
use countersign_core::approval::{ApprovalState, ExpiryCause};
use countersign_core::id::{ApprovalId, UserId};
use countersign_http::{Limits, Settings};
use countersign_jose::KeyType;
use countersign_testkit::{Party, SoftPhone};
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use std::time::Duration;
use tower::ServiceExt as _;

/// An open stream, read event by event.
struct Events {
    body: BodyDataStream,
    text: String,
}

#[derive(Debug, PartialEq)]
struct Event {
    name: String,
    id: String,
    data: Value,
}

impl Events {
    async fn open(site: &Site, token: &str, last_event_id: Option<&str>) -> Self {
        let mut request = request(Method::GET, "/approvals/events", Some(token));
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        let response = site
            .router
            .clone()
            .oneshot(request.body(Body::empty()).unwrap())
            .await
            .unwrap();
        assert_eq!(response.status().as_u16(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-store");
        assert_eq!(response.headers()["x-accel-buffering"], "no");
        Self {
            body: response.into_body().into_data_stream(),
            text: String::new(),
        }
    }

    /// The next block that is no comment; `None` when the stream has ended.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                if !block.starts_with(':') {
                    return Some(block);
                }
                continue;
            }
            let piece = self.body.next().await?.unwrap();
            self.text.push_str(std::str::from_utf8(&piece).unwrap());
        }
    }

    /// The next event.
    async fn event(&mut self) -> Event {
        let block = self.block().await.expect("the stream goes on");
        let field = |name: &str| {
            let line = block
                .lines()
                .find_map(|line| line.strip_prefix(name))
                .unwrap_or_default();
            line.trim_start_matches(':').trim_start().to_owned()
        };
        let data = serde_json::from_str(&field("data")).unwrap_or_default();
        Event {
            name: field("event"),
            id: field("id"),
            data,
        }
    }
}

async fn ask(site: &Site, device: &Party, phone: &SoftPhone) {
    let parameters = json!({ "scope": "openid", "login_hint": phone.username, "binding_message": "hello" });
    site.world.start(device, &parameters).await.unwrap();
}

async fn user_of(site: &Site, phone: &SoftPhone) -> UserId {
    phone.bearer(&site.world.provider).await.unwrap().user.id
}

#[tokio::test]
async fn a_stream_tells_what_is_pending_what_comes_and_what_is_settled() {
    let site = Site::new().await;
    let (phone, token) = site.phone("user.name@OnesID1").await;
    let (one, two) = (
        site.world.device(KeyType::P256).await,
        site.world.device(KeyType::P256).await,
    );
    ask(&site, &one, &phone).await;
    let mut events = Events::open(&site, &token, None).await;
    let first = events.event().await;
    assert_eq!(first.name, "approval");
    // The position after the first page, without data.
    let position = events.event().await;
    assert_eq!((position.name.as_str(), &position.data), ("", &Value::Null));

    ask(&site, &two, &phone).await;
    let second = events.event().await;
    assert_eq!(second.name, "approval");
    assert!(second.id.parse::<i64>().unwrap() > position.id.parse().unwrap());

    let list = site.get("/approvals", Some(&token)).await.succeeds(200);
    assert_eq!(list["approvals"], json!([first.data, second.data]));

    let body = site.decision(&phone, &first.data, "denied");
    let path = format!("/approvals/{}/decision", first.data["id"].as_str().unwrap());
    site.post_json(&path, Some(&token), &body).await.succeeds(200);
    let settled = events.event().await;
    assert_eq!(
        (settled.name.as_str(), &settled.data),
        ("settled", &json!({ "id": first.data["id"], "status": "denied" }))
    );
}

#[tokio::test]
async fn a_stream_resumes_after_the_last_event() {
    let site = Site::new().await;
    let (phone, token) = site.phone("user.name@OnesID1").await;
    let device = site.world.device(KeyType::P256).await;
    let mut events = Events::open(&site, &token, None).await;
    let position = events.event().await;
    drop(events);
    ask(&site, &device, &phone).await;
    let mut resumed = Events::open(&site, &token, Some(&position.id)).await;
    let missed = resumed.event().await;
    assert_eq!(missed.name, "approval");
    drop(resumed);
    let body = site.decision(&phone, &missed.data, "approved");
    let path = format!("/approvals/{}/decision", missed.data["id"].as_str().unwrap());
    site.post_json(&path, Some(&token), &body).await.succeeds(200);
    let settled = Events::open(&site, &token, Some(&missed.id)).await.event().await;
    assert_eq!(
        (settled.name.as_str(), &settled.data["status"]),
        ("settled", &json!("approved"))
    );
}

#[tokio::test]
async fn a_made_up_position_is_refused() {
    let site = Site::new().await;
    let (_, token) = site.phone("user.name@OnesID1").await;
    for id in ["x", "1.5", "99999999999999999999"] {
        let request = request(Method::GET, "/approvals/events", Some(&token)).header("last-event-id", id);
        site.send(request.body(Body::empty()).unwrap())
            .await
            .refuses(400, "invalid_request");
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_that_nobody_woke_for_is_found_by_the_tick() {
    let site = Site::new().await;
    let (phone, token) = site.phone("user.name@OnesID1").await;
    let device = site.world.device(KeyType::P256).await;
    ask(&site, &device, &phone).await;
    let mut events = Events::open(&site, &token, None).await;
    let first = events.event().await;
    events.event().await;
    // As another process would do it: through the store, without our bus.
    let id = ApprovalId(first.data["id"].as_str().unwrap().parse().unwrap());
    let ended = ApprovalState::Expired {
        at: site.world.now(),
        cause: ExpiryCause::Superseded,
    };
    site.world
        .provider
        .store
        .write(move |tx| Ok(tx.approvals_mut().settle(id, &ended)?))
        .await
        .unwrap();
    let settled = events.event().await;
    assert_eq!(
        (settled.name.as_str(), &settled.data["status"]),
        ("settled", &json!("expired"))
    );
}

#[tokio::test]
async fn a_stream_ends_with_its_token() {
    let site = Site::new().await;
    let (phone, token) = site.phone("user.name@OnesID1").await;
    let user = user_of(&site, &phone).await;
    let mut events = Events::open(&site, &token, None).await;
    events.event().await;
    site.world.clock.advance(Duration::from_secs(601));
    site.world.provider.bus.wake(user);
    assert_eq!(events.block().await, None);
}

#[tokio::test]
async fn a_stream_ends_with_its_phone_and_tells_it_nothing_more() {
    let site = Site::new().await;
    let (phone, token) = site.phone("user.name@OnesID1").await;
    let device = site.world.device(KeyType::P256).await;
    let bearer = phone.bearer(&site.world.provider).await.unwrap();
    let mut events = Events::open(&site, &token, None).await;
    events.event().await;
    let (id, now) = (bearer.authenticator.id, site.world.now());
    site.world
        .provider
        .store
        .write(move |tx| Ok(tx.authenticators_mut().revoke(id, now)?))
        .await
        .unwrap();
    ask(&site, &device, &phone).await;
    assert_eq!(events.block().await, None);
}

#[tokio::test]
async fn a_stream_ends_when_the_server_stops() {
    let settings = Settings::default();
    let site = Site::with(settings.clone()).await;
    let (_, token) = site.phone("user.name@OnesID1").await;
    let mut events = Events::open(&site, &token, None).await;
    events.event().await;
    settings.shutdown.cancel();
    assert_eq!(events.block().await, None);
}

#[tokio::test]
async fn a_phone_holds_so_many_streams_and_no_more_until_one_ends() {
    let limits = Limits {
        streams_per_phone: 2,
        ..Limits::default()
    };
    let site = Site::with(Settings {
        limits,
        ..Settings::default()
    })
    .await;
    let (_, token) = site.phone("user.name@OnesID1").await;
    let (_, other) = site.phone("other.name@OnesID1").await;
    let first = Events::open(&site, &token, None).await;
    let _second = Events::open(&site, &token, None).await;
    let refused = site.get("/approvals/events", Some(&token)).await;
    refused.refuses(429, "too_many_requests");
    assert!(refused.header("retry-after").is_some());
    let _other = Events::open(&site, &other, None).await;
    drop(first);
    let _third = Events::open(&site, &token, None).await;
}

#[tokio::test(start_paused = true)]
async fn a_quiet_stream_is_kept_alive_by_comments() {
    let site = Site::new().await;
    let (_, token) = site.phone("user.name@OnesID1").await;
    let mut events = Events::open(&site, &token, None).await;
    events.event().await;
    let piece = events.body.next().await.unwrap().unwrap();
    assert!(piece.starts_with(b":"), "{piece:?}");
}
