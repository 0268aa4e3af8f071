//! Long polling and ping, which the real provider does not serve: the fake one does.

use crate::clocks::ManualClock;
use crate::fake_provider::{Answer, FakeProvider};
use countersign_client::wake::{LongPoll, Pause, Ping, PingError, Pings, Wake};
use countersign_client::{Clock, LoginHint, OpenIdconnectClient, PendingCiba};
use serde_json::json;
use std::time::Duration;

const PENDING: &str = "authorization_pending";

/// A provider whose request has the handle `the-handle`.
async fn provider() -> (FakeProvider, OpenIdconnectClient) {
    let fake = FakeProvider::start().await;
    let started = json!({ "auth_req_id": "the-handle", "expires_in": 600, "interval": 3 });
    fake.on("/oidc/backchannel", Answer::Json(200, started));
    let pending = Answer::Json(400, json!({ "error": PENDING, "error_description": "wait" }));
    let tokens = json!({ "access_token": "opaque", "token_type": "Bearer", "expires_in": 3600 });
    fake.on_each("/oidc/token", vec![pending, Answer::Json(200, tokens)]);
    let client = fake.client().await;
    (fake, client)
}

async fn pinged(client: &OpenIdconnectClient, pings: &Pings) -> PendingCiba<Ping> {
    let ask = client.ciba().ask(LoginHint::username("user.name@OnesID1"));
    ask.send_for_ping(pings).await.unwrap()
}

/// The `client_notification_token` that the provider was told.
fn notification_token(fake: &FakeProvider) -> String {
    let sent = fake.received("/oidc/backchannel").pop().unwrap();
    let request = sent.field("request").unwrap();
    let claims = countersign_jose::base64url::decode(request.split('.').nth(1).unwrap()).unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
    claims["client_notification_token"].as_str().unwrap().to_owned()
}

fn deliver(pings: &Pings, token: &str, auth_req_id: &str) -> Result<(), PingError> {
    let body = json!({ "auth_req_id": auth_req_id }).to_string();
    pings.deliver(Some(&format!("Bearer {token}")), body.as_bytes())
}

fn pause(looked: Option<u64>) -> Pause {
    Pause {
        interval: Duration::from_secs(5),
        jitter: Duration::from_secs(1),
        looked: looked.map(Duration::from_secs),
        rest: Duration::from_secs(600),
    }
}

#[tokio::test]
async fn long_polling_asks_again_at_once_when_the_answer_was_held_back_and_waits_otherwise() {
    for (looked, slept) in [
        (None, vec![]),
        (Some(30), vec![]),
        (Some(5), vec![]),
        (Some(2), vec![Duration::from_secs(4)]),
        (Some(0), vec![Duration::from_secs(6)]),
    ] {
        let clock = ManualClock::new();
        LongPoll.wake(pause(looked), &*clock).await;
        assert_eq!(clock.pauses(), slept, "{looked:?}");
    }
}

#[tokio::test]
async fn no_wake_comes_after_the_end_of_the_request() {
    let clock = ManualClock::new();
    let pause = Pause {
        rest: Duration::from_secs(2),
        ..pause(Some(0))
    };
    assert_eq!(pause.poll(), Duration::from_secs(2));
    LongPoll.wake(pause, &*clock).await;
    assert_eq!(clock.pauses(), [Duration::from_secs(2)]);
}

#[tokio::test]
async fn a_ping_ends_the_waiting_without_any_pause() {
    let (fake, client) = provider().await;
    let pings = Pings::new();
    let pending = pinged(&client, &pings).await;
    let token = notification_token(&fake);
    assert!(token.len() >= 43, "256 bits");
    deliver(&pings, &token, "the-handle").unwrap();
    // A second one before anybody looked is one wake.
    deliver(&pings, &token, "the-handle").unwrap();
    pending.wait().await.unwrap();
    // The first look found nothing: the slow tick came before the second.
    assert_eq!(fake.clock.pauses().len(), 1);
    assert!(fake.clock.pauses()[0] >= Duration::from_secs(30));
}

#[tokio::test]
async fn a_lost_ping_costs_half_a_minute_and_not_the_sign_in() {
    let (fake, client) = provider().await;
    let pending = pinged(&client, &Pings::new()).await;
    pending.wait().await.unwrap();
    let pauses = fake.clock.pauses();
    assert_eq!(pauses.len(), 2);
    assert!(
        pauses.iter().all(|pause| *pause >= Duration::from_secs(30)),
        "{pauses:?}"
    );
}

#[tokio::test]
async fn a_callback_is_believed_only_with_the_token_of_the_request_that_it_names() {
    let (fake, client) = provider().await;
    let pings = Pings::new();
    let pending = pinged(&client, &pings).await;
    let token = notification_token(&fake);
    let body = br#"{"auth_req_id":"the-handle"}"#;
    let bearer = format!("Bearer {token}");
    let lower = format!("bearer {token}");
    for (authorization, sent, expected) in [
        (None, &body[..], Err(PingError::Unauthorized)),
        (Some("Bearer "), body, Err(PingError::Unauthorized)),
        (Some(token.as_str()), body, Err(PingError::Unauthorized)),
        (Some("Bearer guessed"), body, Err(PingError::Unauthorized)),
        (Some("Basic dXNlcjpwYXNz"), body, Err(PingError::Unauthorized)),
        (
            Some(&bearer),
            br#"{"auth_req_id":"another"}"#,
            Err(PingError::Invalid),
        ),
        (Some(&bearer), br#"{"auth_req_id":7}"#, Err(PingError::Invalid)),
        (Some(&bearer), b"{}", Err(PingError::Invalid)),
        (Some(&bearer), b"", Err(PingError::Invalid)),
        (Some(&bearer), &[b' '; 5000], Err(PingError::Invalid)),
        (Some(&bearer), br#"{"auth_req_id":"the-handle","more":1}"#, Ok(())),
        (Some(&lower), body, Ok(())),
    ] {
        assert_eq!(pings.deliver(authorization, sent), expected, "{authorization:?}");
    }
    assert_eq!(
        (PingError::Unauthorized.status(), PingError::Invalid.status()),
        (401, 400)
    );
    drop(pending);
    // The request has ended, and its token with it.
    assert_eq!(pings.deliver(Some(&bearer), body), Err(PingError::Unauthorized));
}

#[tokio::test]
async fn every_request_has_a_token_of_its_own_and_as_many_wait_as_were_allowed() {
    let (fake, client) = provider().await;
    let pings = Pings::with_capacity(2);
    let first = pinged(&client, &pings).await;
    let of_first = notification_token(&fake);
    let second = pinged(&client, &pings).await;
    assert_ne!(of_first, notification_token(&fake));
    let ask = client.ciba().ask(LoginHint::username("user.name@OnesID1"));
    let refused = ask.send_for_ping(&pings).await.unwrap_err();
    assert!(refused.to_string().contains("wait for a ping"), "{refused}");
    assert_eq!(fake.received("/oidc/backchannel").len(), 2);
    drop((first, second));
    pinged(&client, &pings).await;
}

#[tokio::test]
async fn nothing_of_a_ping_can_be_printed() {
    let (fake, client) = provider().await;
    let pings = Pings::new();
    let pending = pinged(&client, &pings).await;
    let printed = format!("{pings:?} {pending:?}");
    assert!(
        !printed.contains(&notification_token(&fake)) && !printed.contains("the-handle"),
        "{printed}"
    );
    assert!(printed.contains("waiting: 1"), "{printed}");
}

/// Wakes as often as it is told, whatever the interval.
struct Impatient(u32);

impl Wake for Impatient {
    async fn wake(&mut self, pause: Pause, clock: &dyn Clock) {
        assert!(pause.rest <= Duration::from_secs(600));
        self.0 += 1;
        clock.sleep(Duration::from_secs(1)).await;
    }
}

#[tokio::test]
async fn another_way_to_wake_can_be_brought_along() {
    let (fake, client) = provider().await;
    let ask = client.ciba().ask(LoginHint::username("user.name@OnesID1"));
    let pending = ask.send().await.unwrap().with(Impatient(0));
    pending.wait().await.unwrap();
    assert_eq!(fake.clock.pauses(), [Duration::from_secs(1); 2]);
}
