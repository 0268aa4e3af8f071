//! Credentials of people.

use super::keys::key;
use super::sample::x1280::{credential, token_id};
use super::sample::{LIFETIME, NOW, at, people, user_id};
use super::{Fixture, read, write};
use countersign_core::keys::SigningKey;
use countersign_core::store::{Store, Writing};
use countersign_core::x1280::credential::{Credential, CredentialOrigin, Revocation};
use std::sync::Arc;

async fn found(store: &Arc<dyn Store>, n: u8) -> Option<Credential> {
    read(store, move |tx| tx.credentials().by_id(&token_id(n))).await
}

async fn put(store: &Arc<dyn Store>, credential: Credential) -> bool {
    write(store, move |tx| tx.credentials_mut().put(&credential)).await
}

fn lost(seconds: i64) -> Revocation {
    Revocation {
        at: at(seconds),
        reason: Some("lost".to_owned()),
    }
}

async fn ready(fixture: &dyn Fixture) -> Arc<dyn Store> {
    let store = fixture.open();
    people(&store).await;
    store
}

/// Issued without and with a person, and enrolled.
pub async fn a_credential_comes_back_as_it_was(fixture: &dyn Fixture) {
    let store = ready(fixture).await;
    let issued = Credential {
        user_id: None,
        sealed_claims: None,
        ..credential(1)
    };
    let endless = Credential {
        origin: Some(CredentialOrigin {
            issuer: "FR".to_owned(),
            key: "0xd900".to_owned(),
            expires_at: None,
        }),
        sealed_claims: None,
        ..credential(2)
    };
    for credential in [&issued, &endless, &credential(3)] {
        assert!(put(&store, credential.clone()).await);
    }
    assert_eq!(found(&store, 1).await, Some(issued.clone()));
    assert_eq!(found(&store, 9).await, None);
    let all = read(&store, |tx| tx.credentials().list()).await;
    assert_eq!(all, [credential(3), endless, issued], "newest first");
}

/// An enrolment adds what it learned, a renewed credential takes the place of the old one; the first time stands.
pub async fn what_is_learned_of_a_credential_is_written(fixture: &dyn Fixture) {
    let store = ready(fixture).await;
    let issued = Credential {
        user_id: None,
        sealed_claims: None,
        ..credential(1)
    };
    assert!(put(&store, issued).await);
    let enrolled = Credential {
        recorded_at: at(99),
        ..credential(1)
    };
    assert!(put(&store, enrolled).await);
    assert_eq!(found(&store, 1).await, Some(credential(1)));
    let renewed = Credential {
        origin: Some(CredentialOrigin {
            key: "kid-2".to_owned(),
            expires_at: Some(NOW + 2 * LIFETIME),
            issuer: "https://idp.example".to_owned(),
        }),
        user_id: Some(user_id(2)),
        sealed_claims: Some(vec![8; 50]),
        ..credential(1)
    };
    assert!(put(&store, renewed.clone()).await);
    assert_eq!(found(&store, 1).await, Some(renewed));
}

/// Issuers choose ids by themselves.
pub async fn another_issuer_does_not_take_an_id_over(fixture: &dyn Fixture) {
    let store = ready(fixture).await;
    assert!(put(&store, credential(1)).await);
    let other = Credential {
        origin: Some(CredentialOrigin {
            issuer: "FR".to_owned(),
            key: "kid-1".to_owned(),
            expires_at: None,
        }),
        user_id: Some(user_id(2)),
        ..credential(1)
    };
    assert!(!put(&store, other).await);
    assert_eq!(found(&store, 1).await, Some(credential(1)));
}

/// For good, and its claims go.
pub async fn a_credential_is_revoked_once(fixture: &dyn Fixture) {
    let store = ready(fixture).await;
    assert!(put(&store, credential(1)).await);
    let revoke =
        |seconds| move |tx: &mut dyn Writing| tx.credentials_mut().revoke(&token_id(1), &lost(seconds));
    assert!(write(&store, revoke(9)).await);
    assert!(!write(&store, revoke(10)).await);
    assert!(!put(&store, credential(1)).await);
    let revoked = Credential {
        sealed_claims: None,
        revoked: Some(lost(9)),
        ..credential(1)
    };
    assert_eq!(found(&store, 1).await, Some(revoked));
}

/// Its issuer told of the loss before anybody showed it.
pub async fn a_credential_is_revoked_unseen(fixture: &dyn Fixture) {
    let store = ready(fixture).await;
    let told = Revocation {
        at: at(9),
        reason: None,
    };
    let revocation = told.clone();
    assert!(
        write(&store, move |tx| tx
            .credentials_mut()
            .revoke(&token_id(1), &revocation))
        .await
    );
    let unseen = Credential {
        origin: None,
        user_id: None,
        sealed_claims: None,
        recorded_at: at(9),
        revoked: Some(told),
        ..credential(1)
    };
    assert_eq!(found(&store, 1).await, Some(unseen));
    assert!(!put(&store, credential(1)).await);
}

/// Whoever stole the key could have issued it. A key that was only replaced changes nothing.
pub async fn a_credential_is_revoked_with_its_key(fixture: &dyn Fixture) {
    let store = ready(fixture).await;
    assert!(put(&store, credential(1)).await);
    let replaced = SigningKey {
        retained_at: Some(at(2)),
        retired_at: Some(at(3)),
        ..key("kid-1", NOW)
    };
    let stolen = SigningKey {
        revoked_at: Some(at(5)),
        ..replaced.clone()
    };
    write(&store, move |tx| tx.keys_mut().insert(&replaced)).await;
    assert_eq!(found(&store, 1).await, Some(credential(1)));
    write(&store, move |tx| tx.keys_mut().update_times(&stolen)).await;
    let with_its_key = Credential {
        revoked: Some(Revocation {
            at: at(5),
            reason: None,
        }),
        ..credential(1)
    };
    assert_eq!(found(&store, 1).await, Some(with_its_key.clone()));
    let all = read(&store, |tx| tx.credentials().list()).await;
    assert_eq!(all, [with_its_key]);
}
