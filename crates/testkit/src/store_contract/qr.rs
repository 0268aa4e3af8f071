//! QR sessions, and how often they are made and scanned.

use super::sample::{
    LIFETIME, NOW, approval, approval_id, approvals, at, authenticator_id, client_id, people, qr_session,
    qr_session_id,
};
use super::{Fixture, fault, read, write};
use countersign_core::qr::{QrKind, QrSession, QrState, Scan};
use countersign_core::store::{Recent, Store};
use std::sync::Arc;

const SCAN: Scan = Scan {
    at: at(3),
    by: authenticator_id(1),
};

async fn ready(fixture: &dyn Fixture) -> Arc<dyn Store> {
    let store = fixture.open();
    people(&store).await;
    approvals(&store, vec![approval(1, NOW)]).await;
    store
}

async fn state(store: &Arc<dyn Store>, n: u8) -> Option<QrState> {
    let session = read(store, move |tx| tx.qr().by_id(&qr_session_id(n))).await;
    session.map(|session| session.state)
}

/// Of both forms, in every state.
pub async fn a_session_comes_back_in_every_state(fixture: &dyn Fixture) {
    let store = ready(fixture).await;
    let scanned = QrSession {
        kind: QrKind::Legacy,
        animated: false,
        state: QrState::Scanned(SCAN),
        ..qr_session(2)
    };
    let requested = QrSession {
        origin: countersign_core::approval::open::Origin::default(),
        state: QrState::Requested {
            scan: SCAN,
            approval_id: approval_id(1),
        },
        ..qr_session(3)
    };
    for session in [qr_session(1), scanned, requested] {
        let (inserted, sought) = (session.clone(), session.id.clone());
        write(&store, move |tx| tx.qr_mut().insert(&inserted)).await;
        assert_eq!(
            read(&store, move |tx| tx.qr().by_id(&sought)).await,
            Some(session)
        );
    }
    assert_eq!(state(&store, 9).await, None);
    fault(&store, |tx| tx.qr_mut().insert(&qr_session(1))).await;
}

/// Waiting, scanned, requested, each step once and in this order.
pub async fn a_session_takes_one_phone_and_one_request(fixture: &dyn Fixture) {
    let store = ready(fixture).await;
    write(&store, |tx| tx.qr_mut().insert(&qr_session(1))).await;
    let request = |tx: &mut dyn countersign_core::store::Writing| {
        tx.qr_mut().request(&qr_session_id(1), approval_id(1))
    };
    assert!(!write(&store, request).await, "nobody has scanned");
    assert!(write(&store, |tx| tx.qr_mut().scan(&qr_session_id(1), &SCAN)).await);
    let second = Scan {
        by: authenticator_id(2),
        ..SCAN
    };
    assert!(!write(&store, move |tx| tx.qr_mut().scan(&qr_session_id(1), &second)).await);
    assert_eq!(state(&store, 1).await, Some(QrState::Scanned(SCAN)));
    assert!(write(&store, request).await);
    assert!(!write(&store, request).await, "asked once");
    let requested = QrState::Requested {
        scan: SCAN,
        approval_id: approval_id(1),
    };
    assert_eq!(state(&store, 1).await, Some(requested));
    assert!(!write(&store, |tx| tx.qr_mut().scan(&qr_session_id(9), &SCAN)).await);
}

/// Of one client, after a moment and not at it.
pub async fn sessions_of_a_client_are_counted(fixture: &dyn Fixture) {
    let store = ready(fixture).await;
    write(&store, |tx| {
        for (n, seconds, client) in [(1, 0, 1), (2, 1, 1), (3, 2, 1), (4, 2, 2)] {
            tx.qr_mut().insert(&QrSession {
                client_id: client_id(client),
                created_at: at(seconds),
                expires_at: at(seconds) + LIFETIME,
                ..qr_session(n)
            })?;
        }
        Ok(())
    })
    .await;
    let made = |since| read(&store, move |tx| tx.qr().made_since(&client_id(1), since));
    let two = Recent {
        count: 2,
        oldest: Some(at(1)),
    };
    assert_eq!(made(at(0)).await, two);
    assert_eq!(made(at(2)).await, Recent::default());
}

/// Of one phone, also several at the same moment.
pub async fn scans_of_a_phone_are_counted(fixture: &dyn Fixture) {
    let store = ready(fixture).await;
    write(&store, |tx| {
        for (phone, seconds) in [(1, 0), (1, 1), (1, 1), (1, 2), (2, 1)] {
            tx.qr_mut().count_scan(authenticator_id(phone), at(seconds))?;
        }
        Ok(())
    })
    .await;
    let scans = |since| read(&store, move |tx| tx.qr().scans_since(authenticator_id(1), since));
    let three = Recent {
        count: 3,
        oldest: Some(at(1)),
    };
    assert_eq!(scans(at(0)).await, three);
    assert_eq!(scans(at(2)).await, Recent::default());
}
