//! How a socket ends before its session does.

use super::Stage;
use super::browser::{Browser, Met, path, refused};
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use countersign_core::approval::{ApprovalState, DecisionProof, SignedDecision};
use countersign_core::id::{ApprovalId, AuthenticatorId};
use countersign_http::{AppState, Place, Settings, router};
use countersign_protocol::ScopeList;
use std::sync::Arc;
use tokio::io::AsyncWriteExt as _;
use tokio_tungstenite::tungstenite::Bytes;
use tokio_tungstenite::tungstenite::protocol::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

#[tokio::test]
async fn a_newer_connection_takes_the_place_of_the_older() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let mut first = Browser::open(&stage, &session).await;
    first.ready().await;
    let mut second = Browser::open(&stage, &session).await;
    second.ready().await;
    assert_eq!(first.closed().await, 4009);
    assert_eq!(first.next().await, Met::Lost);
    // The end of the first left the place to the second.
    let mut third = Browser::open(&stage, &session).await;
    third.ready().await;
    assert_eq!(second.closed().await, 4009);
    stage.approve(&session).await;
    assert_eq!(third.event().await["type"], "approved");
    assert_eq!(third.closed().await, 1000);
}

#[tokio::test]
async fn who_does_not_know_the_token_takes_nobodys_place() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let mut browser = Browser::open(&stage, &session).await;
    browser.ready().await;
    assert_eq!(refused(&stage.site, &path(&session.session_id, "x")).await, 4001);
    stage.approve(&session).await;
    assert_eq!(browser.event().await["type"], "approved");
}

#[tokio::test]
async fn a_frame_of_1024_bytes_is_passed_over_and_a_larger_one_is_1009() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    for larger in [
        Message::text("a".repeat(1025)),
        Message::binary(vec![0; 1025]),
        Message::binary(vec![0; 300_000]),
    ] {
        let mut browser = Browser::open(&stage, &session).await;
        browser.ready().await;
        browser.send(Message::text("a".repeat(1024))).await;
        browser.send(Message::binary(vec![0; 1024])).await;
        browser.send(larger).await;
        assert_eq!(browser.closed().await, 1009);
    }
}

#[tokio::test]
async fn a_message_in_pieces_is_measured_as_a_whole() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let mut browser = Browser::open(&stage, &session).await;
    browser.ready().await;
    let piece = |kind, last| {
        let payload = Bytes::from(vec![b'a'; 600]);
        Message::Frame(Frame::message(payload, OpCode::Data(kind), last))
    };
    browser.send(piece(Data::Text, false)).await;
    browser.send(piece(Data::Continue, false)).await;
    assert_eq!(browser.closed().await, 1009);
}

#[tokio::test]
async fn what_is_no_frame_is_1002_and_what_is_no_text_1007() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    for (bytes, code) in [
        // A control frame of a kind that there is not; a client's frame without a mask; a reserved bit.
        (&[0x8b, 0x80, 0, 0, 0, 0][..], 1002),
        (&[0x81, 0x01, b'a'], 1002),
        (&[0xc1, 0x81, 0, 0, 0, 0, b'a'], 1002),
        // A text that is not UTF-8.
        (&[0x81, 0x81, 0, 0, 0, 0, 0xff], 1007),
    ] {
        let mut browser = Browser::open(&stage, &session).await;
        browser.ready().await;
        browser.ws.get_mut().write_all(bytes).await.unwrap();
        assert_eq!(browser.closed().await, code, "{bytes:x?}");
    }
}

#[tokio::test]
async fn a_browser_that_talks_without_end_is_1008() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let mut browser = Browser::open(&stage, &session).await;
    browser.ready().await;
    for _ in 0..257 {
        browser.send(Message::text("are you there?")).await;
    }
    assert_eq!(browser.closed().await, 1008);
}

#[tokio::test]
async fn a_browser_that_closes_is_answered_and_can_come_again() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let mut browser = Browser::open(&stage, &session).await;
    browser.ready().await;
    browser.ws.close(None).await.unwrap();
    assert_eq!(browser.closed().await, 1005);
    assert_eq!(browser.next().await, Met::Lost);
    Browser::open(&stage, &session).await.ready().await;
}

#[tokio::test]
async fn a_stop_of_the_server_is_1001_and_the_decision_is_there_after_it() {
    let settings = Settings::default();
    let stage = Stage::with(settings.clone()).await;
    let session = stage.begin().await;
    let mut browser = Browser::open(&stage, &session).await;
    browser.ready().await;
    settings.shutdown.cancel();
    assert_eq!(browser.closed().await, 1001);
    // Requests that were begun are finished.
    let answer = stage.approve(&session).await;

    let restarted = router(AppState::new(
        Arc::clone(&stage.site.world.provider),
        Settings::default(),
    ));
    let path = path(&session.session_id, &session.ws_token);
    let mut browser = Browser::at(&restarted, &path, None).await.unwrap();
    browser.ready().await;
    assert_eq!(browser.event().await["jwt"], answer["jwt"]);
    assert_eq!(browser.closed().await, 1000);
}

#[tokio::test]
async fn a_fault_is_1011_and_told_no_further() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let mut browser = Browser::open(&stage, &session).await;
    browser.ready().await;
    // Approved without an answer: a row that is no state.
    let provider = &stage.site.world.provider;
    let item = stage.marie.shown(provider).await.unwrap().unwrap();
    let bearer = stage.marie.phone.bearer(provider).await.unwrap();
    let approved = ApprovalState::Approved(SignedDecision {
        at: stage.site.world.now(),
        by: AuthenticatorId(bearer.authenticator.id.0),
        proof: DecisionProof::Jws("e30.e30.AA".to_owned()),
        granted: ScopeList::default(),
    });
    let id = ApprovalId(item.id);
    provider
        .store
        .write(move |tx| Ok(tx.approvals_mut().settle(id, &approved)?))
        .await
        .unwrap();
    provider.bus.wake(bearer.user.id);
    assert_eq!(browser.closed().await, 1011);
}

#[tokio::test]
async fn a_connection_keeps_its_place_until_the_socket_ends() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let counted = Arc::new(());
    let counter = Arc::downgrade(&counted);
    let placed = move |mut request: Request, next: Next| {
        request.extensions_mut().insert(Place::new(counter.upgrade()));
        next.run(request)
    };
    let router = stage.site.router.clone().layer(from_fn(placed));
    let path = path(&session.session_id, &session.ws_token);
    let mut browser = Browser::at(&router, &path, None).await.unwrap();
    browser.ready().await;
    assert_eq!(Arc::strong_count(&counted), 2);
    stage.approve(&session).await;
    assert_eq!(browser.event().await["type"], "approved");
    assert_eq!(browser.closed().await, 1000);
    assert_eq!(browser.next().await, Met::Lost);
    assert_eq!(Arc::strong_count(&counted), 1);
}
