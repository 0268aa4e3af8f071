//! Limits against push bombing (decisions.md): per person, whoever asks.

use crate::scene::{HINT, Scene, parameters, unlimited, with};
use crate::support::refused;
use countersign_core::approval::{ApprovalState, ExpiryCause, expire};
use countersign_core::failure::{Failure, Refusal};
use countersign_core::policy::{PacePolicy, Policy};
use countersign_core::time::Duration;
use countersign_protocol::ErrorCode;
use countersign_protocol::ErrorCode::{AuthorizationPending, ExpiredToken};
use countersign_testkit::Party;
use serde_json::json;

/// Asks; a refusal by a limit must say when to come back.
async fn ask(scene: &Scene, client: &Party) -> Result<String, Refusal> {
    match scene.world.start(client, &parameters()).await {
        Ok(started) => Ok(started.auth_req_id),
        Err(Failure::Refusal(refusal)) => Err(refusal),
        Err(Failure::Fault(fault)) => panic!("{fault}"),
    }
}

/// The seconds after which a limited request may be sent again.
async fn limited(scene: &Scene, client: &Party) -> u64 {
    let refusal = ask(scene, client).await.unwrap_err();
    assert_eq!(refusal.code, ErrorCode::TooManyRequests, "{refusal}");
    refusal.retry_after.unwrap().as_secs()
}

async fn deny(scene: &Scene) {
    let item = scene.items().await.pop().unwrap();
    scene.decide(&item, "denied", json!({})).await.unwrap();
}

async fn approve(scene: &Scene) {
    let item = scene.items().await.pop().unwrap();
    scene.decide(&item, "approved", json!({})).await.unwrap();
}

#[tokio::test]
async fn a_person_is_asked_five_times_a_minute_by_all_clients_together() {
    let scene = Scene::new().await;
    let clients = [scene.client("onesid").await, scene.client("standard").await];
    for turn in 0..5 {
        ask(&scene, &clients[turn % 2]).await.unwrap();
    }
    for client in &clients {
        let wait = limited(&scene, client).await;
        assert!((1..=60).contains(&wait), "{wait}");
    }
    let (_, other) = scene.world.person("an.other@OnesID1").await;
    let request = with(&json!({ "login_hint": other.username }));
    scene
        .world
        .start(&clients[0], &request)
        .await
        .expect("another person is not concerned");
    scene.wait(61);
    ask(&scene, &clients[0]).await.unwrap();
}

#[tokio::test]
async fn the_pause_after_a_denial_doubles_from_ten_seconds() {
    let scene = Scene::new().await;
    let client = scene.client("standard").await;
    for pause in [10, 20, 40, 80, 160, 320] {
        ask(&scene, &client).await.unwrap();
        deny(&scene).await;
        assert_eq!(limited(&scene, &client).await, pause);
        scene.wait(pause - 1);
        assert_eq!(limited(&scene, &client).await, 1);
        scene.wait(1);
    }
    ask(&scene, &client).await.unwrap();
}

#[tokio::test]
async fn the_pause_is_never_longer_than_an_hour() {
    let scene = Scene::new().await;
    let client = scene.client("standard").await;
    for turn in 0..12 {
        ask(&scene, &client)
            .await
            .unwrap_or_else(|refusal| panic!("turn {turn}: {refusal}"));
        deny(&scene).await;
        let pause = limited(&scene, &client).await;
        assert!(pause <= 3600, "{pause}");
        assert!(turn < 9 || pause == 3600, "turn {turn}: {pause}");
        scene.wait(pause);
    }
}

#[tokio::test]
async fn an_expiry_pauses_from_its_own_end_whether_or_not_the_worker_came() {
    for worker in [false, true] {
        let scene = Scene::new().await;
        let client = scene.client("standard").await;
        ask(&scene, &client).await.unwrap();
        scene.wait(600 + 4);
        if worker {
            assert_eq!(expire::expire_due(&scene.world.provider).await.unwrap(), 1);
        }
        assert_eq!(limited(&scene, &client).await, 6, "worker came: {worker}");
        scene.wait(6);
        ask(&scene, &client).await.unwrap();
    }
}

#[tokio::test]
async fn an_approval_ends_the_pause_and_the_doubling() {
    let scene = Scene::new().await;
    let (client, other) = (scene.client("standard").await, scene.client("onesid").await);
    for pause in [10, 20] {
        ask(&scene, &client).await.unwrap();
        deny(&scene).await;
        scene.wait(pause);
    }
    scene.wait(60);
    ask(&scene, &client).await.unwrap();
    ask(&scene, &other).await.unwrap();
    let items = scene.items().await;
    scene.decide(&items[0], "denied", json!({})).await.unwrap();
    scene.wait(1);
    scene.decide(&items[1], "approved", json!({})).await.unwrap();
    ask(&scene, &client)
        .await
        .expect("the pause is over with the approval");
    scene.wait(1);
    deny(&scene).await;
    assert_eq!(limited(&scene, &client).await, 10, "the doubling starts anew");
}

#[tokio::test]
async fn a_client_has_one_pending_request_of_a_person_and_a_newer_one_supersedes_it() {
    let scene = Scene::new().await;
    let (client, other) = (scene.client("standard").await, scene.client("onesid").await);
    let (first, item) = scene.asked(&client, &parameters()).await;
    let kept = ask(&scene, &other).await.unwrap();
    let second = ask(&scene, &client).await.unwrap();
    assert_eq!(scene.items().await.len(), 2, "one for each client");
    let state = scene.approval(&item).await.state;
    assert!(
        matches!(
            state,
            ApprovalState::Expired {
                cause: ExpiryCause::Superseded,
                ..
            }
        ),
        "{state:?}"
    );
    assert_eq!(
        refused(scene.decide(&item, "approved", json!({})).await),
        ErrorCode::Conflict
    );
    assert_eq!(
        refused(scene.world.poll(&client, &first.auth_req_id).await),
        ExpiredToken
    );
    assert_eq!(
        refused(scene.world.poll(&client, &second).await),
        AuthorizationPending
    );
    assert_eq!(
        refused(scene.world.poll(&other, &kept).await),
        AuthorizationPending
    );
}

#[tokio::test]
async fn of_64_requests_at_the_same_moment_five_are_taken_and_one_is_pending() {
    let scene = Scene::new().await;
    let client = scene.client("standard").await;
    let outcomes = futures_util::future::join_all((0..64).map(|_| ask(&scene, &client))).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 5);
    assert_eq!(scene.items().await.len(), 1);
}

#[tokio::test]
async fn a_superseded_request_is_no_refusal_but_it_is_unanswered() {
    let scene = Scene::new().await;
    let client = scene.client("standard").await;
    for turn in 0..11 {
        // Thirteen seconds apart: within the rate, and without a pause between them.
        ask(&scene, &client)
            .await
            .unwrap_or_else(|refusal| panic!("turn {turn}: {refusal}"));
        scene.wait(13);
    }
    let refusal = ask(&scene, &client).await.unwrap_err();
    assert_eq!(refusal.code, ErrorCode::TooManyRequests);
    assert!(refusal.description.contains("locked"), "{refusal}");
    assert!(
        refusal
            .retry_after
            .is_some_and(|wait| wait >= Duration::from_secs(60))
    );
    let other = scene.client("onesid").await;
    assert!(
        ask(&scene, &other).await.is_err(),
        "the lock is the person's, whoever asks"
    );
    scene.wait(3600);
    ask(&scene, &client)
        .await
        .expect("an hour later the lock is over");
}

#[tokio::test]
async fn a_person_who_answers_is_never_locked() {
    let scene = Scene::new().await;
    let client = scene.client("standard").await;
    for turn in 0..30 {
        ask(&scene, &client)
            .await
            .unwrap_or_else(|refusal| panic!("turn {turn}: {refusal}"));
        approve(&scene).await;
        scene.wait(13);
    }
}

#[tokio::test]
async fn the_limits_are_the_operators() {
    let pace = PacePolicy {
        requests_per_minute: 2,
        first_pause: Duration::from_secs(3),
        longest_pause: Duration::from_secs(5),
        ..PacePolicy::default()
    };
    let scene = Scene::with(Policy {
        pace,
        ..Policy::default()
    })
    .await;
    let client = scene.client("standard").await;
    for pause in [3, 5, 5] {
        ask(&scene, &client).await.unwrap();
        deny(&scene).await;
        assert_eq!(limited(&scene, &client).await, pause);
        scene.wait(61);
    }
    ask(&scene, &client).await.unwrap();
    ask(&scene, &client).await.unwrap();
    limited(&scene, &client).await;
}

#[tokio::test]
async fn danger_unlimited_lifts_the_limits_and_no_report() {
    let scene = Scene::with(unlimited()).await;
    let client = scene.client("standard").await;
    for _ in 0..40 {
        ask(&scene, &client).await.unwrap();
    }
    deny(&scene).await;
    ask(&scene, &client).await.unwrap();
    let item = scene.items().await.pop().unwrap();
    scene
        .decide(&item, "denied", json!({ "reason": "not_me" }))
        .await
        .unwrap();
    assert_eq!(
        ask(&scene, &client).await.unwrap_err().code,
        ErrorCode::AccessDenied
    );
}

#[tokio::test]
async fn a_limited_request_asks_nobody_and_leaves_the_pending_one_alone() {
    let scene = Scene::new().await;
    let client = scene.client("standard").await;
    let mut last = String::new();
    for _ in 0..5 {
        last = ask(&scene, &client).await.unwrap();
    }
    let before = scene.items().await;
    limited(&scene, &client).await;
    assert_eq!(scene.items().await, before);
    assert_eq!(
        refused(scene.world.poll(&client, &last).await),
        AuthorizationPending
    );
    assert_eq!(before[0].binding_message.as_deref(), Some("Code A-7"));
    assert_eq!(scene.phone.username, HINT);
}
