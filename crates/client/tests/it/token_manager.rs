//! Named managers that keep tokens good.

use crate::clocks::ManualClock;
use crate::fake_provider::{Answer, FakeProvider};
use crate::served::Served;
use countersign_client::{
    AccessToken, CibaRefresh, ClientError, Clock, DeviceRefresh, Entropy, EntropyError, LoginHint,
    RefreshToken, ScopeList, TokenEvent, TokenManager, TokenManagerRegistry, TokenSet,
};
use serde_json::json;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Semaphore;

/// Chance that always falls the same way: pauses are then exact.
struct NoChance;

impl Entropy for NoChance {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        buffer.fill(0);
        Ok(())
    }
}

/// A source of tokens in the test's hand.
#[derive(Clone)]
struct Source {
    clock: Arc<ManualClock>,
    life: u64,
    calls: Arc<AtomicU64>,
    /// What goes wrong, from now on.
    trouble: Arc<Mutex<Option<ClientError>>>,
    /// A call takes one of these before it answers.
    gate: Arc<Semaphore>,
    /// The refresh tokens that came.
    presented: Arc<Mutex<Vec<Option<String>>>>,
}

impl Source {
    fn new(life: u64) -> Self {
        Self {
            clock: ManualClock::new(),
            life,
            calls: Arc::default(),
            trouble: Arc::default(),
            gate: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)),
            presented: Arc::default(),
        }
    }

    fn calls(&self) -> u64 {
        self.calls.load(Ordering::SeqCst)
    }

    fn fails_with(&self, error: Option<ClientError>) {
        *self.trouble.lock().unwrap() = error;
    }

    fn tokens(&self, name: &str, refresh_token: Option<&str>) -> TokenSet {
        TokenSet {
            access_token: AccessToken::new(name),
            token_type: "Bearer",
            expires_in: self.life,
            scope: ScopeList::default(),
            id_token: None,
            refresh_token: refresh_token.map(RefreshToken::new),
            expires_at: self.clock.now() + Duration::from_secs(self.life),
        }
    }

    fn manager(&self) -> TokenManager {
        let registry = TokenManagerRegistry::with_ports(self.clock.clone(), Arc::new(NoChance));
        let source = self.clone();
        let refresh = move |old: Option<TokenSet>| {
            let source = source.clone();
            async move {
                let call = source.calls.fetch_add(1, Ordering::SeqCst) + 1;
                let presented = old.and_then(|old| old.refresh_token);
                let presented = presented.map(|token| token.secret().to_owned());
                source.presented.lock().unwrap().push(presented);
                source.gate.acquire().await.unwrap().forget();
                match source.trouble.lock().unwrap().clone() {
                    Some(error) => Err(error),
                    None => Ok(source.tokens(&format!("token {call}"), None)),
                }
            }
        };
        registry.create_manager("test", refresh).unwrap()
    }
}

async fn token(manager: &TokenManager) -> String {
    manager.access_token().await.unwrap().secret().to_owned()
}

fn trouble() -> ClientError {
    ClientError::Answer {
        problem: "out of order",
    }
}

#[tokio::test]
async fn a_token_is_renewed_a_hundred_seconds_before_its_end_and_not_earlier() {
    let source = Source::new(600);
    let manager = source.manager();
    assert_eq!(token(&manager).await, "token 1");
    source.clock.advance(499);
    assert_eq!(token(&manager).await, "token 1");
    source.clock.advance(1);
    assert_eq!(token(&manager).await, "token 2");
}

#[tokio::test]
async fn a_token_of_a_short_life_is_renewed_halfway_and_not_at_every_call() {
    let source = Source::new(60);
    let manager = source.manager();
    assert_eq!(token(&manager).await, "token 1");
    assert_eq!(token(&manager).await, "token 1");
    source.clock.advance(30);
    assert_eq!(token(&manager).await, "token 2");
}

#[tokio::test]
async fn a_hundred_callers_at_once_make_one_call_and_share_its_outcome() {
    for error in [None, Some(trouble())] {
        let source = Source {
            gate: Arc::new(Semaphore::new(0)),
            ..Source::new(600)
        };
        source.fails_with(error.clone());
        let manager = source.manager();
        let callers: Vec<_> = (0..100)
            .map(|_| {
                let manager = manager.clone();
                tokio::spawn(async move { manager.access_token().await })
            })
            .collect();
        tokio::task::yield_now().await;
        source.gate.add_permits(1);
        for caller in callers {
            assert_eq!(caller.await.unwrap().is_err(), error.is_some());
        }
        assert_eq!(source.calls(), 1);
    }
}

#[tokio::test]
async fn a_renewal_whose_caller_goes_away_is_finished_all_the_same() {
    let source = Source {
        gate: Arc::new(Semaphore::new(0)),
        ..Source::new(600)
    };
    let manager = source.manager();
    let mut events = manager.events();
    let caller = tokio::spawn({
        let manager = manager.clone();
        async move { manager.access_token().await }
    });
    while source.calls() == 0 {
        tokio::task::yield_now().await;
    }
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    source.gate.add_permits(1);
    assert!(matches!(events.recv().await.unwrap(), TokenEvent::Refreshed(_)));
    assert_eq!(token(&manager).await, "token 1");
    assert_eq!(source.calls(), 1);
}

#[tokio::test]
async fn while_renewals_fail_the_old_token_serves_as_long_as_it_lives() {
    let source = Source::new(600);
    let manager = source.manager();
    assert_eq!(token(&manager).await, "token 1");
    let mut events = manager.events();
    source.fails_with(Some(trouble()));
    source.clock.advance(500);
    assert_eq!(token(&manager).await, "token 1");
    assert!(matches!(events.recv().await.unwrap(), TokenEvent::Failed(_)));
    source.clock.advance(100);
    let error = manager.access_token().await.unwrap_err();
    assert_eq!(error.to_string(), trouble().to_string());
    source.fails_with(None);
    source.clock.advance(60);
    assert_eq!(token(&manager).await, "token 4");
}

#[tokio::test]
async fn after_a_failure_the_next_try_waits_a_growing_while_that_ends_at_a_minute() {
    let source = Source::new(600);
    source.fails_with(Some(trouble()));
    let manager = source.manager();
    manager.access_token().await.unwrap_err();
    for pause in [1, 2, 4, 8, 16, 32, 60, 60] {
        let before = source.calls();
        source.clock.advance(pause - 1);
        manager.access_token().await.unwrap_err();
        assert_eq!(source.calls(), before, "not before {pause} s");
        source.clock.advance(1);
        manager.access_token().await.unwrap_err();
        assert_eq!(source.calls(), before + 1, "after {pause} s");
    }
    // Somebody who knows better is not held up.
    source.fails_with(None);
    manager.force_renew_token().await.unwrap();
    assert_eq!(manager.access_token().await.unwrap().secret(), "token 10");
}

#[tokio::test]
async fn stored_tokens_are_given_and_their_refresh_token_goes_on_when_there_is_no_new_one() {
    let source = Source::new(600);
    let manager = source.manager();
    manager.store_tokens(source.tokens("of the sign-in", Some("refresh me")));
    assert_eq!(token(&manager).await, "of the sign-in");
    manager.force_renew_token().await.unwrap();
    manager.force_renew_token().await.unwrap();
    assert_eq!(token(&manager).await, "token 2");
    let presented = source.presented.lock().unwrap().clone();
    assert_eq!(
        presented,
        [Some("refresh me".to_owned()), Some("refresh me".to_owned())]
    );
}

#[tokio::test]
async fn keep_fresh_renews_ahead_of_time_so_that_nobody_waits() {
    let source = Source::new(600);
    let manager = source.manager();
    manager.force_renew_token().await.unwrap();
    let mut events = manager.events();
    let keeper = tokio::spawn({
        let manager = manager.clone();
        async move { manager.keep_fresh().await }
    });
    // The clock of the test goes on with every pause.
    for _ in 0..3 {
        assert!(matches!(events.recv().await.unwrap(), TokenEvent::Refreshed(_)));
    }
    keeper.abort();
    let pauses = source.clock.pauses();
    assert!(
        pauses.iter().all(|pause| *pause <= Duration::from_secs(60)),
        "{pauses:?}"
    );
    let to_first: Duration = pauses.iter().take(9).sum();
    assert_eq!(to_first, Duration::from_secs(500));
}

#[tokio::test]
async fn an_event_shows_no_token_when_it_is_printed() {
    let source = Source::new(600);
    let manager = source.manager();
    let mut events = manager.events();
    manager.store_tokens(source.tokens("secret-access", Some("secret-refresh")));
    let printed = format!("{:?} {manager:?}", events.recv().await.unwrap());
    assert!(!printed.contains("secret"), "{printed}");
}

#[test]
fn a_name_stands_for_one_manager_until_it_is_removed() {
    async fn none(_: Option<TokenSet>) -> Result<TokenSet, ClientError> {
        Err(trouble())
    }
    let registry = TokenManagerRegistry::new();
    assert!(registry.manager("device").is_none());
    registry.create_manager("device", none).unwrap();
    let refused = registry.create_manager("device", none).unwrap_err();
    assert!(refused.to_string().contains("`device`"), "{refused}");
    assert_eq!(registry.clone().manager("device").unwrap().name(), "device");
    assert!(registry.remove_manager("device").is_some());
    assert!(registry.create_manager("device", none).is_ok());
}

#[tokio::test]
async fn the_token_of_a_device_is_kept_good_at_a_real_provider() {
    let served = Served::start().await;
    let client = served.client().await;
    let configuration = served.configuration(0);
    let registry = TokenManagerRegistry::with_ports(configuration.clock, configuration.entropy);
    let manager = registry
        .create_manager("device", DeviceRefresh::new(client.clone()))
        .unwrap();
    let first = token(&manager).await;
    assert_eq!(token(&manager).await, first);
    assert!(client.introspect(&first).await.unwrap().active);
    served.world.clock.advance(Duration::from_secs(501));
    let second = token(&manager).await;
    assert_ne!(first, second);
    assert!(client.introspect(&second).await.unwrap().active);
}

#[tokio::test]
async fn the_token_of_a_person_is_kept_good_by_its_refresh_token() {
    let served = Served::start().await;
    let client = served.client().await;
    let configuration = served.configuration(0);
    let registry = TokenManagerRegistry::with_ports(configuration.clock, configuration.entropy);
    let manager = registry
        .create_manager("user", CibaRefresh::new(client.clone()))
        .unwrap();
    let unused = manager.access_token().await.unwrap_err();
    assert!(unused.to_string().contains("offline_access"), "{unused}");

    let pending = client
        .ciba()
        .ask(LoginHint::username(&served.phone.username))
        .scope("openid offline_access")
        .send()
        .await
        .unwrap();
    served.decide("approved").await;
    manager.store_tokens(pending.wait().await.unwrap());
    let mut events = manager.events();
    let first = token(&manager).await;
    for _ in 0..2 {
        manager.force_renew_token().await.unwrap();
        let TokenEvent::Refreshed(tokens) = events.recv().await.unwrap() else {
            panic!("no new tokens");
        };
        assert!(tokens.refresh_token.is_some());
    }
    let renewed = token(&manager).await;
    assert_ne!(first, renewed);
    assert!(client.introspect(&renewed).await.unwrap().active);
}

#[tokio::test]
async fn a_provider_that_asks_for_patience_gets_it() {
    let fake = FakeProvider::start().await;
    fake.on("/oidc/token", Answer::RetryAfter(503, "120"));
    let client = fake.client().await;
    let registry = TokenManagerRegistry::with_ports(fake.clock.clone(), Arc::new(NoChance));
    let manager = registry
        .create_manager("device", DeviceRefresh::new(client))
        .unwrap();
    manager.access_token().await.unwrap_err();
    let asked = fake.received("/oidc/token").len();
    fake.clock.advance(119);
    manager.access_token().await.unwrap_err();
    assert_eq!(fake.received("/oidc/token").len(), asked);
    fake.clock.advance(1);
    let answer = json!({ "access_token": "a", "token_type": "Bearer", "expires_in": 600 });
    fake.on("/oidc/token", Answer::Json(200, answer));
    assert_eq!(token(&manager).await, "a");
}
