//! The waiting browser: who may listen, and what it is told.

use super::{Stage, expired, rejected, wire};
use countersign_core::time::Duration;
use countersign_core::x1280::session::{self, WatchRefusal};
use serde_json::json;

async fn refusal(stage: &Stage, session_id: &str, token: &str) -> &'static str {
    match session::open(&stage.world.provider, session_id, token).await {
        Ok(_) => "opened",
        Err(WatchRefusal::NoSuchSession) => "no such session",
        Err(WatchRefusal::WrongToken) => "wrong token",
        Err(WatchRefusal::Fault(fault)) => panic!("{fault}"),
    }
}

#[tokio::test]
async fn the_socket_shows_the_masked_code_at_once() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let mut watch = stage.watch(&session).await;
    let masked = format!("{}**", &session.auto_password[..4]);
    assert_eq!(
        wire(&watch.ready),
        json!({ "type": "otp_ready", "autoPassword": masked, "expiresAt": session.expires_at })
    );
    assert_eq!(watch.expires_at.rfc3339(), session.expires_at);
    assert_eq!(stage.news(&mut watch).await, vec![]);
}

#[tokio::test]
async fn a_socket_opens_with_the_token_of_its_own_session_only() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let other = stage
        .world
        .mutual_service(|new| new.name = "Other".to_owned())
        .await;
    let other = stage
        .world
        .initiate(&other, &stage.marie.token_id, &json!({}))
        .await
        .expect("a session");
    let id = session.session_id.as_str();
    assert_eq!(refusal(&stage, id, &session.ws_token).await, "opened");
    for token in [other.ws_token.as_str(), "", "x", &session.ws_token.to_uppercase()] {
        assert_eq!(refusal(&stage, id, token).await, "wrong token", "{token}");
    }
    for unknown in ["sess_AAAAAAAAAAAAAAAAAAAAAA", "", "sess_", "x"] {
        assert_eq!(
            refusal(&stage, unknown, &session.ws_token).await,
            "no such session",
            "{unknown}"
        );
    }
    stage.world.clock.advance(Duration::from_secs(60));
    assert_eq!(refusal(&stage, id, &session.ws_token).await, "no such session");
}

#[tokio::test]
async fn the_browser_is_told_the_very_answer_of_the_phone() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let mut watch = stage.watch(&session).await;
    let answer = stage.verify(stage.approval(&session)).await.expect("an identity");
    let approved = vec![(
        json!({ "type": "approved", "jwt": answer.jwt, "hash": answer.hash, "random": session.random,
            "expiresAt": answer.expires_at }),
        true,
    )];
    assert_eq!(stage.news(&mut watch).await, approved);
    let mut late = stage.watch(&session).await;
    assert_eq!(
        stage.news(&mut late).await,
        approved,
        "also one that comes after the decision"
    );
}

#[tokio::test]
async fn a_decision_is_still_there_after_a_restart() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let answer = stage.verify(stage.approval(&session)).await.expect("an identity");
    let stage = Stage {
        world: stage.world.restart().await,
        ..stage
    };
    let mut watch = stage.watch(&session).await;
    let news = stage.news(&mut watch).await;
    assert_eq!(news[0].0["jwt"], answer.jwt);
    assert_eq!(news[0].0["hash"], answer.hash);
}

#[tokio::test]
async fn a_no_ends_the_wait_at_either_door() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let mut watch = stage.watch(&session).await;
    stage.marie.decline(&stage.world.provider).await.expect("a no");
    assert_eq!(stage.news(&mut watch).await, rejected("User rejected", true));

    let session = stage.begin().await;
    let mut watch = stage.watch(&session).await;
    let item = stage.item().await;
    let phone = &stage.marie.phone;
    phone
        .decide(&stage.world.provider, &item, "denied", &json!({}))
        .await
        .expect("a no");
    assert_eq!(stage.news(&mut watch).await, rejected("User rejected", true));
}

#[tokio::test]
async fn nobody_answers_and_the_session_expires_whether_or_not_the_worker_came() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let (mut watch, mut other) = (stage.watch(&session).await, stage.watch(&session).await);
    stage.world.clock.advance(Duration::from_millis(59_999));
    assert_eq!(stage.news(&mut watch).await, vec![]);
    stage.world.clock.advance(Duration::from_millis(1));
    assert_eq!(stage.news(&mut watch).await, expired());
    let ended = countersign_core::approval::expire::expire_due(&stage.world.provider).await;
    assert_eq!(ended.expect("a round"), 1);
    assert_eq!(stage.news(&mut other).await, expired());
}

#[tokio::test]
async fn a_browser_that_comes_back_is_not_told_old_news() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let now = stage.world.now();
    let wrong = stage
        .marie
        .verification(&session.session_id, &super::wrong_code(&session), now, None);
    stage.verify(wrong).await.err().expect("a wrong code");
    let mut watch = stage.watch(&session).await;
    assert_eq!(stage.news(&mut watch).await, vec![]);
}

#[tokio::test]
async fn whoever_waits_for_the_person_is_woken_by_an_answer() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let watch = stage.watch(&session).await;
    let mut waiter = stage.world.provider.bus.listen(watch.user);
    stage.verify(stage.approval(&session)).await.expect("an identity");
    waiter.woken().await;
}
