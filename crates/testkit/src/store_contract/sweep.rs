//! Sweeping.

use super::sample::x1280::{challenge, credential, enrolled, session, session_id, token_id};
use super::sample::{
    LIFETIME, NOW, access_token, approval_id, approved_registration, at, authenticator_id, ciba, client_id,
    digest, grant_id, granted, invitation, login_hint_token, qr_session, qr_session_id, refresh_spent,
    refresh_token, registration,
};
use super::{Fixture, read, write};
use countersign_core::authenticator::{Invitation, LoginHintToken};
use countersign_core::ciba::CibaRequest;
use countersign_core::device::DeviceRegistration;
use countersign_core::oidc::{AccessToken, RefreshToken, TokenSubject};
use countersign_core::qr::QrSession;
use countersign_core::store::{Store, Swept};
use countersign_core::time::{Duration, Timestamp};
use countersign_core::x1280::credential::CredentialOrigin;
use countersign_core::x1280::{Credential, EnrolmentChallenge, MutualSession, SessionState};
use std::sync::Arc;

/// Everything that can end, once with this end.
async fn fill(store: &Arc<dyn Store>, n: u8, expires_at: Timestamp) {
    write(store, move |tx| {
        tx.assertions_mut()
            .spend(&client_id(1), &n.to_string(), expires_at)?;
        tx.devices_mut().insert_registration(&DeviceRegistration {
            expires_at,
            ..registration(n)
        })?;
        tx.authenticators_mut().insert_invitation(&Invitation {
            expires_at,
            ..invitation(n)
        })?;
        tx.authenticators_mut().insert_login_hint_token(&LoginHintToken {
            expires_at,
            ..login_hint_token(n)
        })?;
        tx.qr_mut().insert(&QrSession {
            expires_at,
            ..qr_session(n)
        })?;
        // Scans of one moment are one row.
        let scanned_at = expires_at - Duration::from_millis(n.into());
        tx.qr_mut().count_scan(authenticator_id(1), scanned_at)?;
        tx.mutual_sessions_mut().insert(&MutualSession {
            expires_at,
            ..session(n)
        })?;
        tx.enrolments_mut().insert_challenge(&EnrolmentChallenge {
            expires_at,
            ..challenge(n)
        })?;
        tx.ciba_mut().insert(&CibaRequest {
            expires_at,
            approval_id: approval_id(1),
            ..ciba(n)
        })?;
        let token = access_token(n, TokenSubject::Grant(grant_id(1)));
        tx.grants_mut()
            .insert_access_token(&AccessToken { expires_at, ..token })?;
        tx.grants_mut().insert_refresh_token(&RefreshToken {
            expires_at,
            ..refresh_token(n)
        })
    })
    .await;
}

/// How many rows [`fill`] writes.
const KINDS: u64 = 11;

async fn sweep(store: &Arc<dyn Store>, ended_before: Timestamp, now: Timestamp, limit: u32) -> Swept {
    write(store, move |tx| {
        tx.audit_mut().sweep(ended_before, ended_before, now, limit)
    })
    .await
}

/// Assertions go at their own end, the rest when its tombstone is over; evidence stays.
pub async fn what_ended_goes_and_what_lives_stays(fixture: &dyn Fixture) {
    let store = fixture.open();
    granted(&store).await;
    enrolled(&store).await;
    fill(&store, 1, at(-100)).await;
    fill(&store, 2, at(-10)).await;
    fill(&store, 3, NOW + LIFETIME).await;
    let decided = DeviceRegistration {
        state: approved_registration(4),
        expires_at: at(-100),
        ..registration(4)
    };
    write(&store, move |tx| tx.devices_mut().insert_registration(&decided)).await;
    // Of the second everything but its assertion is still told about.
    assert_eq!(
        sweep(&store, at(-50), NOW, 100).await,
        Swept {
            removed: KINDS + 1,
            more: false
        }
    );
    assert_eq!(sweep(&store, at(-50), NOW, 100).await, Swept::default());
    for (n, end, stays) in [
        (1, at(-100), false),
        (2, at(-10), true),
        (3, NOW + LIFETIME, true),
    ] {
        let found = read(&store, move |tx| {
            Ok([
                tx.devices().registration(&format!("CODE-{n}"))?.is_some(),
                tx.authenticators().invitation(&digest(n))?.is_some(),
                tx.authenticators().login_hint_token(&digest(n))?.is_some(),
                tx.ciba().by_digest(&digest(n))?.is_some(),
                tx.mutual_sessions().by_id(&session_id(n))?.is_some(),
                tx.enrolments().challenge(&digest(n))?.is_some(),
                tx.qr().by_id(&qr_session_id(n))?.is_some(),
                tx.grants().access_token(&digest(n))?.is_some(),
                tx.grants().refresh_token(&digest(n))?.is_some(),
            ])
        });
        assert_eq!(found.await, [stays; 9], "{n}");
        let unused = write(&store, move |tx| {
            tx.assertions_mut().spend(&client_id(1), &n.to_string(), end)
        })
        .await;
        assert_eq!(unused, n != 3, "an assertion that still lives stays spent");
    }
    let evidence = read(&store, |tx| {
        let registration = tx.devices().registration("CODE-4")?.is_some();
        Ok((
            registration,
            tx.approvals().by_id(approval_id(1))?.is_some(),
            tx.grants().by_id(grant_id(1))?.is_some(),
        ))
    });
    assert_eq!(evidence.await, (true, true, true));
}

/// So that a writer is never kept for long; the answer says whether to come again.
pub async fn a_sweep_is_bounded(fixture: &dyn Fixture) {
    let store = fixture.open();
    granted(&store).await;
    enrolled(&store).await;
    for n in 1..=3 {
        fill(&store, n, at(-100)).await;
    }
    assert_eq!(
        sweep(&store, NOW, NOW, 2).await,
        Swept {
            removed: 2 * KINDS,
            more: true
        }
    );
    assert_eq!(
        sweep(&store, NOW, NOW, 2).await,
        Swept {
            removed: KINDS,
            more: false
        }
    );
}

/// The token itself stays spent.
pub async fn refresh_answers_are_erased_after_the_grace(fixture: &dyn Fixture) {
    let store = fixture.open();
    granted(&store).await;
    for (n, spent_at) in [(1, at(-31)), (2, at(-30))] {
        let token = RefreshToken {
            spent: Some(refresh_spent(spent_at)),
            ..refresh_token(n)
        };
        write(&store, move |tx| tx.grants_mut().insert_refresh_token(&token)).await;
    }
    let swept = write(&store, |tx| tx.audit_mut().sweep(at(-1000), at(-30), NOW, 10)).await;
    assert_eq!(swept, Swept::default(), "nothing is removed");
    for (n, spent_at, kept) in [(1, at(-31), None), (2, at(-30), Some(vec![1, 2, 3]))] {
        let token = read(&store, move |tx| tx.grants().refresh_token(&digest(n))).await;
        let spent = token.and_then(|token| token.spent).expect("it stays spent");
        assert_eq!((spent.at, spent.answer), (spent_at, kept));
    }
}

/// From the moment on which the session is over, and no sooner: a browser that comes late still gets it.
pub async fn identities_are_erased_when_their_session_ends(fixture: &dyn Fixture) {
    let store = fixture.open();
    granted(&store).await;
    enrolled(&store).await;
    let answered = |n, expires_at| MutualSession {
        expires_at,
        state: SessionState::Answered {
            at: at(-20),
            sealed: vec![9; 60],
        },
        ..session(n)
    };
    for (n, expires_at) in [(1, NOW), (2, at(1))] {
        let session = answered(n, expires_at);
        write(&store, move |tx| tx.mutual_sessions_mut().insert(&session)).await;
    }
    assert_eq!(
        sweep(&store, at(-1000), NOW, 1).await,
        Swept {
            removed: 0,
            more: true
        }
    );
    assert_eq!(sweep(&store, at(-1000), NOW, 10).await, Swept::default());
    let found = |n| read(&store, move |tx| tx.mutual_sessions().by_id(&session_id(n)));
    let erased = MutualSession {
        state: SessionState::Erased { answered_at: at(-20) },
        ..answered(1, NOW)
    };
    assert_eq!(found(1).await, Some(erased));
    assert_eq!(found(2).await, Some(answered(2, at(1))));
}

/// What nobody may be told any more is not kept; that there was such a credential stays.
pub async fn claims_are_erased_when_their_credential_ends(fixture: &dyn Fixture) {
    let store = fixture.open();
    granted(&store).await;
    let ending = |n, expires_at| Credential {
        origin: Some(CredentialOrigin {
            issuer: "FR".to_owned(),
            key: "kid-1".to_owned(),
            expires_at,
        }),
        ..credential(n)
    };
    for (n, expires_at) in [(1, Some(NOW)), (2, Some(at(1))), (3, None)] {
        let credential = ending(n, expires_at);
        assert!(write(&store, move |tx| tx.credentials_mut().put(&credential)).await);
    }
    assert_eq!(sweep(&store, at(-1000), NOW, 10).await, Swept::default());
    for (n, kept) in [(1, false), (2, true), (3, true)] {
        let found = read(&store, move |tx| tx.credentials().by_id(&token_id(n))).await;
        let found = found.expect("the credential stays");
        assert_eq!(found.sealed_claims.is_some(), kept, "{n}");
    }
}
