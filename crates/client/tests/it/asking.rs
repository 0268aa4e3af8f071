//! `ciba().ask(..)`: a sign-in as one future.

use crate::clocks::ManualClock;
use crate::fake_provider::{Answer, FakeProvider, with};
use crate::served::Served;
use axum::extract::State;
use axum::{Json, Router};
use countersign_client::wake::{Pause, Wake};
use countersign_client::{
    Advice, CibaRequest, ClientError, Clock, Configuration, Entropy, EntropyError, LoginHint,
    OpenIdconnectClient, Retry,
};
use futures_util::{FutureExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;

/// Chance that adds nothing to a pause.
struct NoChance;

impl Entropy for NoChance {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        buffer.fill(0);
        Ok(())
    }
}

fn refusal(error: &str) -> Answer {
    Answer::Json(
        400,
        json!({ "error": error, "error_description": "said the provider" }),
    )
}

fn tokens() -> Answer {
    Answer::Json(
        200,
        json!({ "access_token": "opaque", "token_type": "Bearer", "expires_in": 3600, "scope": "openid" }),
    )
}

fn started(expires_in: u64, interval: Option<u64>) -> Answer {
    let mut answer = json!({ "auth_req_id": "the-handle", "expires_in": expires_in });
    if let Some(interval) = interval {
        answer["interval"] = interval.into();
    }
    Answer::Json(200, answer)
}

async fn fake(
    expires_in: u64,
    interval: Option<u64>,
    looks: Vec<Answer>,
) -> (FakeProvider, OpenIdconnectClient) {
    let fake = FakeProvider::start().await;
    fake.on("/oidc/backchannel", started(expires_in, interval));
    fake.on_each("/oidc/token", looks);
    let configuration = Configuration {
        entropy: Arc::new(NoChance),
        retry: Retry::NEVER,
        ..fake.configuration()
    };
    // `jti`s are all alike then, and this provider does not mind.
    let client = fake.try_client(configuration).await.unwrap();
    (fake, client)
}

fn seconds(clock: &ManualClock) -> Vec<u64> {
    clock.pauses().iter().map(Duration::as_secs).collect()
}

/// The claims of the request that was sent.
fn request_object(fake: &FakeProvider) -> Value {
    let sent = fake.received("/oidc/backchannel").pop().unwrap();
    let request = sent.field("request").unwrap();
    let claims = countersign_jose::base64url::decode(request.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice(&claims).unwrap()
}

#[tokio::test]
async fn a_person_is_asked_what_was_put_together_and_nothing_else() {
    let (fake, client) = fake(600, Some(3), vec![tokens()]).await;
    let ask = client
        .ciba()
        .ask(LoginHint::username("user.name@OnesID1"))
        .scope("openid profile")
        .binding_message("Till 4")
        .resource("https://shop.example")
        .acr_values("phr")
        .requested_expiry(Duration::from_secs(120));
    assert!(
        fake.received("/oidc/backchannel").is_empty(),
        "nothing before it is sent"
    );
    ask.wait().await.unwrap();
    let claims = request_object(&fake);
    for (name, value) in [
        ("login_hint", "user.name@OnesID1"),
        ("scope", "openid profile"),
        ("binding_message", "Till 4"),
        ("resource", "https://shop.example"),
        ("acr_values", "phr"),
        ("requested_expiry", "120"),
    ] {
        assert_eq!(claims[name], value, "{name}");
    }

    client
        .ciba()
        .ask(LoginHint::token("of the phone"))
        .send()
        .await
        .unwrap();
    let claims = request_object(&fake);
    assert_eq!(
        (&claims["login_hint_token"], &claims["scope"]),
        (&json!("of the phone"), &json!("openid"))
    );
    for absent in [
        "login_hint",
        "binding_message",
        "resource",
        "client_notification_token",
        "qr_session_id",
    ] {
        assert!(claims.get(absent).is_none(), "{absent}");
    }
}

#[tokio::test]
async fn the_first_look_comes_after_the_interval_and_each_slow_down_makes_it_longer_for_good() {
    let looks = vec![
        refusal("authorization_pending"),
        refusal("slow_down"),
        refusal("authorization_pending"),
        refusal("slow_down"),
        tokens(),
    ];
    let (fake, client) = fake(600, Some(3), looks).await;
    client.ciba().ask(LoginHint::username("a")).wait().await.unwrap();
    assert_eq!(seconds(&fake.clock), [3, 3, 8, 8, 13]);
}

#[tokio::test]
async fn without_an_interval_it_is_five_seconds() {
    let (fake, client) = fake(600, None, vec![refusal("authorization_pending"), tokens()]).await;
    client.ciba().ask(LoginHint::username("a")).wait().await.unwrap();
    assert_eq!(seconds(&fake.clock), [5, 5]);
}

#[tokio::test]
async fn jitter_makes_a_pause_longer_by_up_to_a_fifth_and_never_shorter() {
    let fake = FakeProvider::start().await;
    fake.on("/oidc/backchannel", started(6000, Some(10)));
    let mut looks = vec![refusal("authorization_pending"); 30];
    looks.push(tokens());
    fake.on_each("/oidc/token", looks);
    let client = fake.client().await;
    client.ciba().ask(LoginHint::username("a")).wait().await.unwrap();
    let pauses = fake.clock.pauses();
    let (least, most) = (pauses.iter().min().unwrap(), pauses.iter().max().unwrap());
    assert!(
        *least >= Duration::from_secs(10) && *most < Duration::from_secs(12),
        "{pauses:?}"
    );
    assert!(*most - *least > Duration::from_millis(100), "{pauses:?}");
}

#[tokio::test]
async fn waiting_ends_with_the_request_and_the_last_look_falls_on_its_end() {
    let (fake, client) = fake(10, Some(4), vec![refusal("authorization_pending")]).await;
    let error = client
        .ciba()
        .ask(LoginHint::username("a"))
        .wait()
        .await
        .unwrap_err();
    assert_eq!(
        (error.error(), error.advice()),
        (Some("expired_token"), Advice::GiveUp)
    );
    assert_eq!(seconds(&fake.clock), [4, 4, 2]);
    assert_eq!(fake.received("/oidc/token").len(), 3);
}

#[tokio::test]
async fn a_yes_that_comes_at_the_very_end_still_counts() {
    let (_, client) = fake(5, Some(4), vec![refusal("authorization_pending"), tokens()]).await;
    client.ciba().ask(LoginHint::username("a")).wait().await.unwrap();
}

#[tokio::test]
async fn a_provider_that_is_away_is_asked_again_ever_more_rarely() {
    let away = || Answer::Text(502, "text/html", "<html>".to_owned());
    let looks = vec![
        away(),
        away(),
        away(),
        refusal("authorization_pending"),
        away(),
        tokens(),
    ];
    let (fake, client) = fake(600, Some(3), looks).await;
    client.ciba().ask(LoginHint::username("a")).wait().await.unwrap();
    assert_eq!(seconds(&fake.clock), [3, 3, 6, 12, 3, 3]);
}

#[tokio::test]
async fn retry_after_is_kept_to_and_never_makes_us_ask_sooner() {
    let looks = vec![
        Answer::RetryAfter(429, "40"),
        Answer::RetryAfter(503, "1"),
        tokens(),
    ];
    let (fake, client) = fake(600, Some(3), looks).await;
    client.ciba().ask(LoginHint::username("a")).wait().await.unwrap();
    assert_eq!(seconds(&fake.clock), [3, 40, 3]);
}

#[tokio::test]
async fn what_is_refused_for_good_ends_the_waiting_at_once() {
    for (error, advice) in [
        ("access_denied", Advice::GiveUp),
        ("expired_token", Advice::GiveUp),
        ("invalid_grant", Advice::GiveUp),
        ("unauthorized_client", Advice::Misuse),
    ] {
        let (fake, client) = fake(600, Some(3), vec![refusal(error)]).await;
        let told = client
            .ciba()
            .ask(LoginHint::username("a"))
            .wait()
            .await
            .unwrap_err();
        assert_eq!((told.error(), told.advice()), (Some(error), advice));
        assert_eq!(told.error_description(), Some("said the provider"));
        assert_eq!(fake.received("/oidc/token").len(), 1, "{error}");
    }
}

#[tokio::test]
async fn a_request_that_was_kept_is_waited_for_again_after_a_restart() {
    let (fake, client) = fake(600, Some(7), vec![tokens()]).await;
    let pending = client.ciba().ask(LoginHint::username("a")).send().await.unwrap();
    let kept = serde_json::to_string(pending.request()).unwrap();
    drop(pending);

    let restarted = fake.client().await;
    let request: CibaRequest = serde_json::from_str(&kept).unwrap();
    let pending = restarted.ciba().resume(request);
    assert_eq!(pending.auth_req_id(), "the-handle");
    pending.wait().await.unwrap();
    assert!(fake.clock.pauses()[0] >= Duration::from_secs(7));
}

#[tokio::test]
async fn a_waiter_that_is_dropped_asks_no_more() {
    let (fake, client) = fake(600, Some(3), vec![refusal("authorization_pending")]).await;
    let pending = client.ciba().ask(LoginHint::username("a")).send().await.unwrap();
    let waiting = tokio::spawn(pending.wait());
    while fake.received("/oidc/token").len() < 2 {
        tokio::task::yield_now().await;
    }
    waiting.abort();
    assert!(waiting.await.unwrap_err().is_cancelled());
    let looks = fake.received("/oidc/token").len();
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(fake.received("/oidc/token").len(), looks);
}

/// Never wakes: for waiters that are only counted.
struct Asleep;

#[async_trait::async_trait]
impl Clock for Asleep {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::from_second(crate::clocks::BEGINNING).unwrap()
    }

    async fn sleep(&self, _: Duration) {
        std::future::pending::<()>().await;
    }
}

#[tokio::test]
async fn ten_thousand_waiters_sleep_in_one_task_and_each_is_small() {
    let (fake, _) = fake(600, Some(3), vec![tokens()]).await;
    let configuration = Configuration {
        clock: Arc::new(Asleep),
        ..fake.configuration()
    };
    let client = fake.try_client(configuration).await.unwrap();
    let pending = client.ciba().ask(LoginHint::username("a")).send().await.unwrap();
    let request = pending.request().clone();
    let size = size_of_val(&pending.wait());
    assert!(size <= 1024, "a waiter takes {size} bytes");

    let mut waiters: futures_util::stream::FuturesUnordered<_> = (0..10_000)
        .map(|_| client.ciba().resume(request.clone()).wait())
        .collect();
    assert!(waiters.next().now_or_never().is_none(), "all of them wait");
    assert_eq!(waiters.len(), 10_000);
    assert!(
        fake.received("/oidc/token").is_empty(),
        "no connection while they sleep"
    );
}

/// A token endpoint that counts who is there, and lets nobody go before it is told to.
#[derive(Clone)]
struct Turnstile {
    here: Arc<AtomicUsize>,
    open: Arc<Semaphore>,
}

impl Turnstile {
    async fn serve() -> (Self, String) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/token", listener.local_addr().unwrap());
        let turnstile = Self {
            here: Arc::default(),
            open: Arc::new(Semaphore::new(0)),
        };
        let router = Router::new().fallback(Self::pass).with_state(turnstile.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (turnstile, url)
    }

    async fn pass(State(turnstile): State<Self>) -> Json<Value> {
        turnstile.here.fetch_add(1, Ordering::SeqCst);
        turnstile.open.acquire().await.unwrap().forget();
        Json(json!({ "access_token": "opaque", "token_type": "Bearer", "expires_in": 3600 }))
    }

    /// Waits until so many are there, and some time longer for one too many.
    async fn fills(&self, expected: usize) {
        while self.here.load(Ordering::SeqCst) < expected {
            tokio::task::yield_now().await;
        }
        for _ in 0..1000 {
            tokio::task::yield_now().await;
        }
        assert_eq!(self.here.load(Ordering::SeqCst), expected);
    }
}

#[tokio::test]
async fn a_slow_provider_is_asked_by_256_waiters_at_a_time_and_all_get_their_turn() {
    let fake = FakeProvider::start().await;
    let (turnstile, token_endpoint) = Turnstile::serve().await;
    let metadata = with(&fake.metadata(), &json!({ "token_endpoint": token_endpoint }));
    fake.on(
        "/oidc/.well-known/openid-configuration",
        Answer::Json(200, metadata),
    );
    fake.on("/oidc/backchannel", started(600, Some(3)));
    let client = fake.client().await;
    let pending = client.ciba().ask(LoginHint::username("a")).send().await.unwrap();
    let request = pending.request().clone();
    let waiters: Vec<_> = (0..300)
        .map(|_| tokio::spawn(client.ciba().resume(request.clone()).wait()))
        .collect();
    turnstile.fills(256).await;
    turnstile.open.add_permits(44);
    turnstile.fills(300).await;
    turnstile.open.add_permits(256);
    for waiter in waiters {
        waiter.await.unwrap().unwrap();
    }
}

/// Lets the person decide at the third wake.
struct Deciding<'a> {
    served: &'a Served,
    decision: &'static str,
    wakes: u32,
}

impl Wake for Deciding<'_> {
    async fn wake(&mut self, pause: Pause, clock: &dyn Clock) {
        clock.sleep(pause.poll()).await;
        self.wakes += 1;
        if self.wakes == 3 {
            self.served.decide(self.decision).await;
        }
    }
}

#[tokio::test]
async fn a_person_who_says_yes_at_a_real_provider_is_signed_in() {
    let served = Served::start().await;
    let client = served.client().await;
    let pending = client
        .ciba()
        .ask(LoginHint::username(&served.phone.username))
        .scope("openid profile")
        .binding_message("Till 4")
        .send()
        .await
        .unwrap();
    let approve = Deciding {
        served: &served,
        decision: "approved",
        wakes: 0,
    };
    let tokens = pending.with(approve).wait().await.unwrap();
    let person = client.validate_id_token(&tokens).await.unwrap();
    assert_eq!(person.username.as_deref(), Some(served.phone.username.as_str()));
}

#[tokio::test]
async fn a_no_and_a_silence_at_a_real_provider_are_told_apart() {
    let served = Served::start().await;
    let client = served.client().await;
    let hint = || LoginHint::username(&served.phone.username);
    let pending = client.ciba().ask(hint()).send().await.unwrap();
    let deny = Deciding {
        served: &served,
        decision: "denied",
        wakes: 0,
    };
    let told = pending.with(deny).wait().await.unwrap_err();
    assert_eq!(told.error(), Some("access_denied"));

    served.world.clock.advance(Duration::from_secs(3600));
    let told = client.ciba().ask(hint()).wait().await.unwrap_err();
    assert_eq!(told.error(), Some("expired_token"), "{told}");
    let told = client
        .ciba()
        .ask(LoginHint::username("nobody@OnesID1"))
        .wait()
        .await;
    assert!(matches!(&told, Err(ClientError::Http(error)) if error.code() == Some("unknown_user_id")));
}
