//! One answer for each session, however many are sent, and nobody else reads it.

use super::Stage;
use crate::support::refused;
use countersign_core::approval::expire;
use countersign_core::time::Duration;
use countersign_core::x1280::{SessionId, SessionState};
use countersign_protocol::ErrorCode;
use countersign_protocol::x1280::InitiateAnswer;
use futures_util::future::join_all;
use std::path::Path;

async fn state(stage: &Stage, session: &InitiateAnswer) -> SessionState {
    let id = SessionId::parse(&session.session_id).unwrap();
    let store = &stage.world.provider.store;
    let found = store.read(move |tx| Ok(tx.mutual_sessions().by_id(&id)?)).await;
    found.expect("a read").expect("a session").state
}

#[tokio::test]
async fn of_64_approvals_at_the_same_moment_exactly_one_releases_an_identity() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let mut watch = stage.watch(&session).await;
    let mut won = Vec::new();
    let racing = (0..64).map(|_| stage.verify(stage.approval(&session)));
    for outcome in join_all(racing).await {
        match outcome {
            Ok(answer) => won.push(answer),
            Err(failure) => assert_eq!(refused::<()>(Err(failure)), ErrorCode::NotFound),
        }
    }
    let [answer] = won.as_slice() else {
        panic!("{} approvals were answered", won.len())
    };
    let news = stage.news(&mut watch).await;
    assert_eq!(news[0].0["jwt"], answer.jwt, "the browser gets the one that won");
    assert_eq!(news[0].0["hash"], answer.hash);
}

#[tokio::test]
async fn of_64_wrong_answers_at_the_same_moment_two_are_counted_before_the_end() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let now = stage.world.now();
    let wrong = stage
        .marie
        .verification(&session.session_id, &super::wrong_code(&session), now, None);
    let (mut tries, mut ended) = (0, 0);
    for outcome in join_all((0..64).map(|_| stage.verify(wrong.clone()))).await {
        match refused(outcome) {
            ErrorCode::InvalidOtp => tries += 1,
            ErrorCode::TooManyRequests => ended += 1,
            other => panic!("{other}"),
        }
    }
    assert_eq!((tries, ended), (2, 62));
}

#[tokio::test]
async fn of_a_yes_and_a_no_at_the_same_moment_one_counts() {
    let stage = Stage::new().await;
    for _ in 0..8 {
        let session = stage.begin().await;
        let no = stage.marie.rejection(&session.session_id, stage.world.now());
        let (yes, no) = tokio::join!(
            stage.verify(stage.approval(&session)),
            countersign_core::x1280::reject::reject(&stage.world.provider, no)
        );
        assert!(yes.is_ok() != no.is_ok(), "one and not the other");
    }
}

/// Whether any file of the data directory holds a text.
fn on_disk(directory: &Path, text: &str) -> bool {
    std::fs::read_dir(directory).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        let bytes = if path.is_file() {
            std::fs::read(&path).unwrap()
        } else {
            Vec::new()
        };
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    })
}

#[tokio::test]
async fn identity_and_claims_are_not_readable_in_the_store() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let answer = stage.verify(stage.approval(&session)).await.expect("an identity");
    let directory = stage.world.directory();
    assert!(
        on_disk(directory, &session.session_id),
        "the store is where we look"
    );
    let payload = answer.jwt.split('.').nth(1).unwrap();
    for (what, text) in [
        ("the identity", payload),
        ("the response hash", &answer.hash),
        ("the number of the document", "X-4711"),
        ("the day of birth", "1990-05-17"),
        ("the token of the socket", &session.ws_token),
    ] {
        assert!(!on_disk(directory, text), "{what} is readable");
    }
}

#[tokio::test]
async fn the_code_of_a_waiting_session_is_not_in_the_store() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let item = stage.item().await;
    let kept = stage.kept(&item).await;
    assert!(!kept.shown.contains(&session.auto_password), "{}", kept.shown);
    assert!(!on_disk(
        stage.world.directory(),
        &format!("\"{}\"", session.auto_password)
    ));
    assert!(
        !on_disk(stage.world.directory(), &item.digest),
        "nor a digest over it"
    );
}

#[tokio::test]
async fn every_step_is_in_the_audit_log_and_no_secret_is() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let now = stage.world.now();
    let wrong = stage
        .marie
        .verification(&session.session_id, &super::wrong_code(&session), now, None);
    stage.verify(wrong).await.err().expect("a wrong code");
    let answer = stage.verify(stage.approval(&session)).await.expect("an identity");
    stage.begin().await;
    stage.marie.decline(&stage.world.provider).await.expect("a no");
    let store = &stage.world.provider.store;
    let log = store
        .read(|tx| Ok(tx.audit().page(0, 100)?))
        .await
        .expect("a page");
    for action in [
        "x1280.initiate",
        "approval.wrong_code",
        "approval.approve",
        "approval.deny",
    ] {
        assert!(log.iter().any(|record| record.action == action), "{action}");
    }
    for secret in [&session.auto_password, &session.ws_token, &answer.jwt] {
        let quoted = format!("\"{secret}\"");
        assert!(!log.iter().any(|record| record.detail.contains(&quoted)));
    }
}

#[tokio::test]
async fn an_identity_that_nobody_collected_is_erased_when_its_session_is_over() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let mut watch = stage.watch(&session).await;
    stage.verify(stage.approval(&session)).await.expect("an identity");
    assert!(matches!(
        state(&stage, &session).await,
        SessionState::Answered { .. }
    ));
    stage.world.clock.advance(Duration::from_secs(61));
    expire::sweep(&stage.world.provider).await.expect("a sweep");
    assert!(matches!(
        state(&stage, &session).await,
        SessionState::Erased { .. }
    ));
    assert_eq!(stage.news(&mut watch).await, super::expired());
}
