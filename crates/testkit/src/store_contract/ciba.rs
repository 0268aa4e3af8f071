//! CIBA requests.

use super::sample::{NOW, approval, approvals, at, ciba, digest, people};
use super::{Fixture, fault, read, write};
use countersign_core::ciba::CibaRequest;

/// With and without an audience.
pub async fn a_request_comes_back_as_it_was(fixture: &dyn Fixture) {
    let store = fixture.open();
    people(&store).await;
    approvals(&store, vec![approval(1, NOW), approval(2, NOW)]).await;
    let plain = CibaRequest {
        audience: None,
        polled_at: Some(at(3)),
        ..ciba(2)
    };
    for request in [ciba(1), plain] {
        let inserted = request.clone();
        write(&store, move |tx| tx.ciba_mut().insert(&inserted)).await;
        let sought = request.digest;
        assert_eq!(
            read(&store, move |tx| tx.ciba().by_digest(&sought)).await,
            Some(request)
        );
    }
    assert_eq!(read(&store, |tx| tx.ciba().by_digest(&digest(9))).await, None);
}

/// With the interval that is in force from now on.
pub async fn a_poll_is_noted(fixture: &dyn Fixture) {
    let store = fixture.open();
    people(&store).await;
    approvals(&store, vec![approval(1, NOW)]).await;
    write(&store, |tx| tx.ciba_mut().insert(&ciba(1))).await;
    write(&store, |tx| tx.ciba_mut().note_poll(&digest(1), at(4), 10)).await;
    let polled = CibaRequest {
        polled_at: Some(at(4)),
        interval: 10,
        ..ciba(1)
    };
    assert_eq!(
        read(&store, |tx| tx.ciba().by_digest(&digest(1))).await,
        Some(polled)
    );
    fault(&store, |tx| tx.ciba_mut().note_poll(&digest(9), at(4), 10)).await;
}
