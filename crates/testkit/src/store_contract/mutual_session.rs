//! Sessions of X.1280.

use super::sample::x1280::{enrolled, session, session_id};
use super::sample::{NOW, approval, approvals, at, people};
use super::{Fixture, fault, read, write};
use countersign_core::store::{Store, Writing};
use countersign_core::x1280::{MutualSession, SessionState};
use countersign_protocol::x1280::RejectReason;
use std::sync::Arc;

async fn ready(fixture: &dyn Fixture) -> Arc<dyn Store> {
    let store = fixture.open();
    people(&store).await;
    approvals(&store, vec![approval(1, NOW)]).await;
    enrolled(&store).await;
    store
}

async fn found(store: &Arc<dyn Store>, n: u8) -> Option<MutualSession> {
    read(store, move |tx| tx.mutual_sessions().by_id(&session_id(n))).await
}

fn answered(seconds: i64) -> SessionState {
    SessionState::Answered {
        at: at(seconds),
        sealed: vec![9; 60],
    }
}

/// In every state, with every reason.
pub async fn a_mutual_session_comes_back_in_every_state(fixture: &dyn Fixture) {
    let store = ready(fixture).await;
    let erased = SessionState::Erased { answered_at: at(3) };
    let states = [SessionState::Waiting, answered(3), erased];
    let reasons = RejectReason::ALL.map(Some).into_iter().chain([None]);
    let pairs = states
        .iter()
        .flat_map(|state| reasons.clone().map(move |reason| (state.clone(), reason)));
    for (n, (state, last_refusal)) in (1..).zip(pairs) {
        let written = MutualSession {
            state,
            last_refusal,
            ..session(n)
        };
        let inserted = written.clone();
        write(&store, move |tx| tx.mutual_sessions_mut().insert(&inserted)).await;
        assert_eq!(found(&store, n).await, Some(written));
    }
    assert_eq!(found(&store, 99).await, None);
    fault(&store, |tx| tx.mutual_sessions_mut().insert(&session(1))).await;
}

/// The first result stands.
pub async fn a_mutual_session_is_answered_once(fixture: &dyn Fixture) {
    let store = ready(fixture).await;
    write(&store, |tx| tx.mutual_sessions_mut().insert(&session(1))).await;
    let answer = |n, seconds| {
        move |tx: &mut dyn Writing| {
            tx.mutual_sessions_mut()
                .answer(&session_id(n), at(seconds), &[9; 60])
        }
    };
    assert!(write(&store, answer(1, 3)).await);
    assert!(!write(&store, answer(1, 4)).await);
    assert!(!write(&store, answer(2, 3)).await);
    let state = found(&store, 1).await.map(|session| session.state);
    assert_eq!(state, Some(answered(3)));
}

/// The latest is told.
pub async fn what_was_wrong_with_an_answer_is_noted(fixture: &dyn Fixture) {
    let store = ready(fixture).await;
    write(&store, |tx| tx.mutual_sessions_mut().insert(&session(1))).await;
    for reason in [RejectReason::InvalidOtp, RejectReason::InvalidSignature] {
        write(&store, move |tx| {
            tx.mutual_sessions_mut().note_refusal(&session_id(1), reason)
        })
        .await;
        let noted = found(&store, 1).await.and_then(|session| session.last_refusal);
        assert_eq!(noted, Some(reason));
    }
    fault(&store, |tx| {
        tx.mutual_sessions_mut()
            .note_refusal(&session_id(9), RejectReason::InvalidOtp)
    })
    .await;
}
