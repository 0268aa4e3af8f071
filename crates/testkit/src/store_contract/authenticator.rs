//! Phones, invitations and login hint tokens.

use super::sample::{
    at, authenticator, authenticator_id, digest, invitation, login_hint_token, people, user_id,
};
use super::{Fixture, read, write};
use countersign_core::authenticator::{Authenticator, Invitation, LoginHintToken};

/// One person's phones, and everyone's.
pub async fn phones_of_a_person_come_oldest_first(fixture: &dyn Fixture) {
    let store = fixture.open();
    people(&store).await;
    write(&store, |tx| {
        tx.authenticators_mut().insert(&authenticator(4, user_id(1)))?;
        tx.authenticators_mut().insert(&authenticator(3, user_id(1)))
    })
    .await;
    let mine = [1, 3, 4].map(|n| authenticator(n, user_id(1)));
    assert_eq!(
        read(&store, |tx| tx.authenticators().of_user(user_id(1))).await,
        mine
    );
    assert_eq!(read(&store, |tx| tx.authenticators().list()).await.len(), 4);
    assert_eq!(
        read(&store, |tx| tx.authenticators().by_id(authenticator_id(2))).await,
        Some(authenticator(2, user_id(2)))
    );
    assert_eq!(
        read(&store, |tx| tx.authenticators().by_id(authenticator_id(9))).await,
        None
    );
}

/// The oldest that was not revoked.
pub async fn a_phone_is_found_by_the_key_that_it_has(fixture: &dyn Fixture) {
    let store = fixture.open();
    people(&store).await;
    let twin = Authenticator {
        thumbprint: authenticator(1, user_id(1)).thumbprint,
        ..authenticator(3, user_id(2))
    };
    let inserted = twin.clone();
    write(&store, move |tx| tx.authenticators_mut().insert(&inserted)).await;
    let with_key = |key: &'static str| read(&store, move |tx| tx.authenticators().living_by_thumbprint(key));
    assert_eq!(with_key("thumbprint-1").await, Some(authenticator(1, user_id(1))));
    assert_eq!(with_key("thumbprint-9").await, None);
    let revoke = |n| {
        let store = store.clone();
        async move {
            write(&store, move |tx| {
                tx.authenticators_mut().revoke(authenticator_id(n), at(9))
            })
            .await
        }
    };
    assert!(revoke(1).await);
    assert_eq!(with_key("thumbprint-1").await, Some(twin));
    assert!(revoke(3).await);
    assert_eq!(with_key("thumbprint-1").await, None);
}

/// The first revocation stands.
pub async fn a_phone_is_revoked_once(fixture: &dyn Fixture) {
    let store = fixture.open();
    people(&store).await;
    assert!(
        write(&store, |tx| tx
            .authenticators_mut()
            .revoke(authenticator_id(1), at(1)))
        .await
    );
    assert!(
        !write(&store, |tx| tx
            .authenticators_mut()
            .revoke(authenticator_id(1), at(2)))
        .await
    );
    let revoked = Authenticator {
        revoked_at: Some(at(1)),
        ..authenticator(1, user_id(1))
    };
    assert_eq!(
        read(&store, |tx| tx.authenticators().by_id(authenticator_id(1))).await,
        Some(revoked)
    );
}

/// And comes back as it was.
pub async fn an_invitation_is_spent_once(fixture: &dyn Fixture) {
    let store = fixture.open();
    people(&store).await;
    write(&store, |tx| {
        tx.authenticators_mut().insert_invitation(&invitation(1))
    })
    .await;
    assert_eq!(
        read(&store, |tx| tx.authenticators().invitation(&digest(1))).await,
        Some(invitation(1))
    );
    assert_eq!(
        read(&store, |tx| tx.authenticators().invitation(&digest(2))).await,
        None
    );
    assert!(
        write(&store, |tx| tx
            .authenticators_mut()
            .spend_invitation(&digest(1), at(1)))
        .await
    );
    assert!(
        !write(&store, |tx| tx
            .authenticators_mut()
            .spend_invitation(&digest(1), at(2)))
        .await
    );
    assert!(
        !write(&store, |tx| tx
            .authenticators_mut()
            .spend_invitation(&digest(2), at(2)))
        .await
    );
    let spent = Invitation {
        spent_at: Some(at(1)),
        ..invitation(1)
    };
    assert_eq!(
        read(&store, |tx| tx.authenticators().invitation(&digest(1))).await,
        Some(spent)
    );
}

/// And comes back as it was.
pub async fn a_login_hint_token_is_spent_once(fixture: &dyn Fixture) {
    let store = fixture.open();
    people(&store).await;
    write(&store, |tx| {
        tx.authenticators_mut()
            .insert_login_hint_token(&login_hint_token(1))
    })
    .await;
    let found = || read(&store, |tx| tx.authenticators().login_hint_token(&digest(1)));
    assert_eq!(found().await, Some(login_hint_token(1)));
    assert_eq!(
        read(&store, |tx| tx.authenticators().login_hint_token(&digest(2))).await,
        None
    );
    assert!(
        write(&store, |tx| tx
            .authenticators_mut()
            .spend_login_hint_token(&digest(1), at(1)))
        .await
    );
    assert!(
        !write(&store, |tx| tx
            .authenticators_mut()
            .spend_login_hint_token(&digest(1), at(2)))
        .await
    );
    assert_eq!(
        found().await,
        Some(LoginHintToken {
            spent_at: Some(at(1)),
            ..login_hint_token(1)
        })
    );
}
