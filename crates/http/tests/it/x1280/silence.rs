//! Browsers that are not there any more, in a pipe and with time that moves when everybody waits. It stands still only
//! between writes: the store writes on a thread of its own, and nobody would wait for it.

use super::Stage;
use super::browser::{Browser, Met};
use countersign_protocol::x1280::InitiateAnswer;
use futures_util::FutureExt as _;
use std::time::Duration;
use tokio::io::AsyncReadExt as _;
use tokio::time::{Instant, pause, resume, sleep};

/// A browser that was told the first event, before time stands still.
async fn waiting(pipe: usize) -> (Stage, InitiateAnswer, Browser) {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let mut browser = Browser::piped(&stage, &session, pipe).await;
    browser.ready().await;
    (stage, session, browser)
}

#[tokio::test]
async fn a_browser_that_answers_pings_waits_as_long_as_it_likes() {
    let (stage, session, mut browser) = waiting(4096).await;
    pause();
    let begun = Instant::now();
    for _ in 0..8 {
        assert_eq!(browser.next().await, Met::Ping);
    }
    let waited = begun.elapsed().as_secs();
    assert!((7 * 15 + 1..=8 * 15).contains(&waited), "{waited}");
    resume();
    stage.approve(&session).await;
    assert_eq!(browser.event().await["type"], "approved");
}

#[tokio::test]
async fn a_browser_that_does_not_answer_a_ping_is_closed_at_the_next() {
    let (_stage, _, mut browser) = waiting(4096).await;
    pause();
    sleep(Duration::from_secs(31)).await;
    assert_eq!(browser.next().await, Met::Ping);
    assert_eq!(browser.closed().await, 1008);
}

#[tokio::test]
async fn a_browser_that_does_not_read_is_dropped_and_nothing_piles_up() {
    // An identity does not fit into the pipe.
    let (stage, session, mut browser) = waiting(64).await;
    let answer = stage.approve(&session).await;
    pause();
    sleep(Duration::from_secs(8)).await;
    assert_eq!(browser.next().await, Met::Lost, "the event was cut off");
    // It may come again for what it missed.
    let mut browser = Browser::piped(&stage, &session, 64).await;
    browser.ready().await;
    assert_eq!(browser.event().await["jwt"], answer["jwt"]);
}

#[tokio::test]
async fn a_browser_that_does_not_close_its_end_is_dropped() {
    let (stage, session, mut browser) = waiting(4096).await;
    assert_eq!(stage.decline(&session).await.status.as_u16(), 204);
    pause();
    // The close frame lies in the pipe, unread, and so unanswered.
    sleep(Duration::from_secs(3)).await;
    assert_eq!(browser.event().await["reason"], "User rejected");
    assert_eq!(browser.closed().await, 1000);
    let end = browser.ws.get_mut().read(&mut [0]).now_or_never();
    assert_eq!(end.expect("the pipe has ended").unwrap(), 0);
}
