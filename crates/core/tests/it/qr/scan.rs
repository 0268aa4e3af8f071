//! A phone scans: what is refused, and that every refusal is in the audit log (decisions.md "QR").

use super::{Stage, content, hint_of, scan_of};
use crate::support::refused;
use countersign_core::time::Duration;
use countersign_core::{Failure, Outcome};
use countersign_protocol::ErrorCode;
use countersign_protocol::qr::{LoginHintKind, QrContent, ScanRequest};

const SECOND: Duration = Duration::from_secs(1);

/// How long a refusal tells to wait.
fn wait_of<T>(outcome: Outcome<T>) -> Duration {
    match outcome {
        Err(Failure::Refusal(refusal)) => {
            assert_eq!(refusal.code, ErrorCode::TooManyRequests);
            refusal.retry_after.expect("a time to wait")
        }
        _ => panic!("this had to be refused"),
    }
}

#[tokio::test]
async fn one_session_takes_one_phone() {
    let stage = Stage::new().await;
    let session = stage.make(false).await;
    let (_, other) = stage.world.person("other.name@OnesID1").await;
    stage.scan(&session).await.expect("a scan");
    let theirs = hint_of(&stage.world.provider, &other).await;
    for hint in [stage.hint().await, theirs.clone()] {
        let second = stage.send(scan_of(&content(&session), &hint)).await;
        assert_eq!(refused(second), ErrorCode::Conflict);
    }
    Stage::assert_refusals(&stage.refusals().await, &[("scan", "conflict"); 2]);
    let next = stage.make(false).await;
    stage
        .send(scan_of(&content(&next), &theirs))
        .await
        .expect("a refused scan spends no token");
}

#[tokio::test]
async fn of_many_phones_at_the_same_moment_one_is_taken() {
    let stage = Stage::new().await;
    let shown = content(&stage.make(false).await);
    let mut hints = Vec::new();
    for n in 0..16 {
        let (_, phone) = stage.world.person(&format!("person.{n}@OnesID1")).await;
        hints.push(hint_of(&stage.world.provider, &phone).await);
    }
    let scans = hints.iter().map(|hint| stage.send(scan_of(&shown, hint)));
    let outcomes = futures_util::future::join_all(scans).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert_eq!(stage.refusals().await.len(), 15);
}

#[tokio::test]
async fn a_scan_needs_a_living_token_and_a_living_session() {
    let stage = Stage::new().await;
    let (session, ending) = (stage.make(false).await, stage.make(false).await);
    let shown = content(&session);
    let hint = stage.hint().await;
    let good = scan_of(&shown, &hint);
    let by_name = ScanRequest {
        login_hint_kind: LoginHintKind::LoginHint,
        user_identifier: stage.phone.username.clone(),
        ..good.clone()
    };
    assert_eq!(refused(stage.send(by_name).await), ErrorCode::InvalidRequest);
    let nowhere = ScanRequest {
        session_id: None,
        ..good.clone()
    };
    assert_eq!(refused(stage.send(nowhere).await), ErrorCode::InvalidRequest);
    assert_eq!(
        refused(stage.send(scan_of(&shown, "x")).await),
        ErrorCode::UnknownUserId
    );
    for id in ["AAAAAAAAAAAAAAAAAAAAAA", "", "no id at all", &"a".repeat(65)] {
        let unknown = ScanRequest {
            session_id: Some(id.to_owned()),
            ..good.clone()
        };
        assert_eq!(refused(stage.send(unknown).await), ErrorCode::NotFound, "{id}");
    }
    stage.send(good.clone()).await.expect("a scan");
    assert_eq!(
        refused(stage.send(scan_of(&content(&ending), &hint)).await),
        ErrorCode::ExpiredLoginHintToken
    );
    assert_eq!(stage.refusals().await.len(), 8, "each is in the audit log");

    stage.world.clock.advance(Duration::from_secs(300));
    assert_eq!(
        refused(stage.send(scan_of(&content(&ending), &stage.hint().await)).await),
        ErrorCode::NotFound
    );
}

#[tokio::test]
async fn a_token_that_a_service_holds_scans_nothing() {
    let stage = Stage::new().await;
    let scanned = stage.scanned().await;
    let victim = stage.make(false).await;
    let token = scanned.login_hint_token.clone().expect("a token");
    assert_eq!(
        refused(stage.send(scan_of(&content(&victim), &token)).await),
        ErrorCode::UnknownUserId
    );
    Stage::assert_refusals(&stage.refusals().await, &[("scan", "unknown_user_id")]);
    stage
        .request(&scanned)
        .await
        .expect("in its own session it is good");
}

#[tokio::test]
async fn an_animated_code_changes_every_second_and_is_good_for_five() {
    for age in 0..=7_u32 {
        let stage = Stage::new().await;
        let session = stage.make(true).await;
        assert_eq!(session.refresh_in, Some(1));
        stage.world.clock.advance(SECOND);
        let photographed = stage.seen(&session.session_id).await;
        assert_ne!(photographed.qr_content, session.qr_content);
        stage.world.clock.advance(SECOND * age);
        let outcome = stage.scan(&photographed).await;
        if age <= 5 {
            outcome.expect("fresh enough");
        } else {
            assert_eq!(refused(outcome), ErrorCode::AccessDenied, "{age} s");
            Stage::assert_refusals(&stage.refusals().await, &[("scan", "access_denied")]);
            let current = stage.seen(&session.session_id).await;
            stage.scan(&current).await.expect("the one on the screen is good");
        }
    }
}

#[tokio::test]
async fn an_animated_code_of_the_future_is_refused() {
    let stage = Stage::new().await;
    let session = stage.make(true).await;
    let start = stage.world.now();
    for (ahead, good) in [(2, false), (1, true)] {
        stage.world.clock.set(start + SECOND * ahead);
        let early = stage.seen(&session.session_id).await;
        stage.world.clock.set(start);
        let outcome = stage.scan(&early).await;
        assert_eq!(outcome.is_ok(), good, "{ahead} s ahead");
    }
}

#[tokio::test]
async fn an_animated_code_cannot_be_made_up() {
    let stage = Stage::new().await;
    let (session, other) = (stage.make(true).await, stage.make(true).await);
    let hint = stage.hint().await;
    let (shown, foreign) = (content(&session), content(&other));
    let forged = |t, m: Option<&str>| QrContent {
        t,
        m: m.map(str::to_owned),
        ..shown.clone()
    };
    let m = shown.m.as_deref();
    for (forged, code) in [
        (forged(None, None), ErrorCode::InvalidRequest),
        (forged(Some(0), None), ErrorCode::InvalidRequest),
        (forged(None, m), ErrorCode::InvalidRequest),
        (forged(Some(1), m), ErrorCode::AccessDenied),
        (forged(Some(u64::MAX), m), ErrorCode::AccessDenied),
        (forged(Some(0), Some("")), ErrorCode::AccessDenied),
        (forged(Some(0), Some("no base64url!")), ErrorCode::AccessDenied),
        (forged(Some(0), foreign.m.as_deref()), ErrorCode::AccessDenied),
    ] {
        assert_eq!(
            refused(stage.send(scan_of(&forged, &hint)).await),
            code,
            "{forged:?}"
        );
    }
    assert_eq!(stage.refusals().await.len(), 8);
    stage.send(scan_of(&shown, &hint)).await.expect("the real one");
}

#[tokio::test]
async fn a_static_code_does_not_look_at_t_and_m() {
    let stage = Stage::new().await;
    let shown = QrContent {
        t: Some(99),
        m: Some("x".to_owned()),
        ..content(&stage.make(false).await)
    };
    stage
        .send(scan_of(&shown, &stage.hint().await))
        .await
        .expect("a scan");
}

#[tokio::test]
async fn a_phone_scans_ten_times_a_minute_and_misses_count() {
    let stage = Stage::new().await;
    let hint = stage.hint().await;
    let shown = content(&stage.make(true).await);
    let forged = QrContent {
        t: Some(1),
        ..shown.clone()
    };
    for _ in 0..10 {
        assert_eq!(
            refused(stage.send(scan_of(&forged, &hint)).await),
            ErrorCode::AccessDenied
        );
        stage.world.clock.advance(SECOND);
    }
    let wait = wait_of(stage.send(scan_of(&shown, &hint)).await);
    assert_eq!(wait, SECOND * 50, "until the first of them is a minute old");
    assert_eq!(
        stage.refusals().await.last().map(|(_, code)| code.as_str()),
        Some("too_many_requests")
    );
    let (_, other) = stage.world.person("other.name@OnesID1").await;
    let calm = content(&stage.make(false).await);
    let theirs = hint_of(&stage.world.provider, &other).await;
    stage
        .send(scan_of(&calm, &theirs))
        .await
        .expect("another phone is not limited");
    stage.world.clock.advance(wait);
    let next = stage.make(false).await;
    stage.scan(&next).await.expect("after the wait");
}

#[tokio::test]
async fn a_device_makes_thirty_sessions_a_minute() {
    use countersign_core::qr::make::make;
    use countersign_protocol::qr::MakeRequest;
    let stage = Stage::new().await;
    for _ in 0..30 {
        stage.make(false).await;
    }
    stage.world.clock.advance(SECOND * 10);
    let more = make(
        &stage.world.provider,
        &stage.bearer,
        MakeRequest::default(),
        super::origin(),
    )
    .await;
    assert_eq!(wait_of(more), SECOND * 50);
    Stage::assert_refusals(&stage.refusals().await, &[("make", "too_many_requests")]);
    stage.world.clock.advance(SECOND * 50);
    stage.make(false).await;
}
