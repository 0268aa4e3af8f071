//! Grants and their tokens.

use super::sample::{
    NOW, access_token, approval, approvals, at, client_id, device, digest, grant, grant_id, granted, people,
    refresh_spent, refresh_token, user_id,
};
use super::{Fixture, read, write};
use countersign_core::oidc::{AccessToken, Grant, RefreshSpent, RefreshToken, TokenSubject};

/// With and without an audience; the evidence comes back, too.
pub async fn a_grant_comes_back_as_it_was(fixture: &dyn Fixture) {
    let store = fixture.open();
    people(&store).await;
    approvals(&store, vec![approval(1, NOW), approval(2, NOW)]).await;
    let plain = Grant {
        audience: None,
        revoked_at: Some(at(3)),
        ..grant(2)
    };
    for grant in [grant(1), plain] {
        let inserted = grant.clone();
        write(&store, move |tx| tx.grants_mut().insert(&inserted)).await;
        let id = grant.id;
        assert_eq!(read(&store, move |tx| tx.grants().by_id(id)).await, Some(grant));
    }
    assert_eq!(read(&store, |tx| tx.grants().by_id(grant_id(9))).await, None);
}

/// The first revocation stands.
pub async fn a_grant_is_revoked_once(fixture: &dyn Fixture) {
    let store = fixture.open();
    granted(&store).await;
    assert!(write(&store, |tx| tx.grants_mut().revoke(grant_id(1), at(1))).await);
    assert!(!write(&store, |tx| tx.grants_mut().revoke(grant_id(1), at(2))).await);
    let revoked = Grant {
        revoked_at: Some(at(1)),
        ..grant(1)
    };
    assert_eq!(
        read(&store, |tx| tx.grants().by_id(grant_id(1))).await,
        Some(revoked)
    );
}

/// Those that were revoked before keep their time and are not counted again.
pub async fn grants_of_a_person_or_client_are_revoked_together(fixture: &dyn Fixture) {
    let store = fixture.open();
    people(&store).await;
    approvals(&store, (1..=4).map(|n| approval(n, NOW)).collect()).await;
    let grants = [
        grant(1),
        Grant {
            revoked_at: Some(at(1)),
            ..grant(2)
        },
        Grant {
            user_id: user_id(2),
            ..grant(3)
        },
        Grant {
            user_id: user_id(2),
            client_id: client_id(2),
            ..grant(4)
        },
    ];
    write(&store, move |tx| {
        grants.iter().try_for_each(|grant| tx.grants_mut().insert(grant))
    })
    .await;
    assert_eq!(
        write(&store, |tx| tx.grants_mut().revoke_of_user(user_id(1), at(5))).await,
        1
    );
    assert_eq!(
        write(&store, |tx| tx
            .grants_mut()
            .revoke_of_client(&client_id(1), at(6)))
        .await,
        1
    );
    let mut times = Vec::new();
    for n in 1..=4 {
        let grant = read(&store, move |tx| tx.grants().by_id(grant_id(n))).await;
        times.push(grant.expect("it was inserted").revoked_at);
    }
    assert_eq!(times, [Some(at(5)), Some(at(1)), Some(at(6)), None]);
}

/// One for each kind of subject.
pub async fn every_access_token_comes_back_as_it_was(fixture: &dyn Fixture) {
    let store = fixture.open();
    granted(&store).await;
    let subjects = [
        TokenSubject::Device(device(1).id),
        TokenSubject::Authenticator(user_id(1)),
        TokenSubject::Service,
        TokenSubject::Grant(grant_id(1)),
    ];
    for (n, subject) in (1..).zip(subjects) {
        write(&store, move |tx| {
            tx.grants_mut().insert_access_token(&access_token(n, subject))
        })
        .await;
        let found = read(&store, move |tx| tx.grants().access_token(&digest(n))).await;
        assert_eq!(found, Some(access_token(n, subject)));
    }
    assert_eq!(
        read(&store, |tx| tx.grants().access_token(&digest(9))).await,
        None
    );
}

/// To revoke what is revoked or unknown is no error (RFC 7009 §2.2).
pub async fn an_access_token_keeps_its_first_revocation(fixture: &dyn Fixture) {
    let store = fixture.open();
    granted(&store).await;
    write(&store, |tx| {
        tx.grants_mut()
            .insert_access_token(&access_token(1, TokenSubject::Service))
    })
    .await;
    for (n, seconds) in [(1, 1), (1, 2), (9, 3)] {
        write(&store, move |tx| {
            tx.grants_mut().revoke_access_token(&digest(n), at(seconds))
        })
        .await;
    }
    let revoked = AccessToken {
        revoked_at: Some(at(1)),
        ..access_token(1, TokenSubject::Service)
    };
    assert_eq!(
        read(&store, |tx| tx.grants().access_token(&digest(1))).await,
        Some(revoked)
    );
}

/// And keeps how it was used the first time.
pub async fn a_refresh_token_is_spent_once(fixture: &dyn Fixture) {
    let store = fixture.open();
    granted(&store).await;
    write(&store, |tx| {
        tx.grants_mut().insert_refresh_token(&refresh_token(1))
    })
    .await;
    let found = || read(&store, |tx| tx.grants().refresh_token(&digest(1)));
    assert_eq!(found().await, Some(refresh_token(1)));
    assert_eq!(
        read(&store, |tx| tx.grants().refresh_token(&digest(2))).await,
        None
    );
    let spend = |n, spent: RefreshSpent| {
        write(&store, move |tx| {
            tx.grants_mut().spend_refresh_token(&digest(n), &spent)
        })
    };
    assert!(spend(1, refresh_spent(at(1))).await);
    assert!(
        !spend(
            1,
            RefreshSpent {
                answer: None,
                ..refresh_spent(at(2))
            }
        )
        .await
    );
    assert!(!spend(2, refresh_spent(at(1))).await);
    let spent = RefreshToken {
        spent: Some(refresh_spent(at(1))),
        ..refresh_token(1)
    };
    assert_eq!(found().await, Some(spent));
}
