//! Signing keys.

use super::sample::{NOW, at};
use super::{Fixture, fault, read, write};
use countersign_core::keys::{KeyPurpose, SigningKey};
use countersign_core::time::Timestamp;
use countersign_jose::Algorithm;

pub(super) fn key(kid: &str, announced_at: Timestamp) -> SigningKey {
    SigningKey {
        kid: kid.to_owned(),
        purpose: KeyPurpose::Oidc,
        algorithm: Algorithm::Rs256,
        sealed: vec![0, 1, 255],
        jwk: "{\"kty\":\"RSA\"}".to_owned(),
        announced_at,
        active_at: at(10),
        retained_at: None,
        retired_at: None,
        revoked_at: None,
    }
}

/// Each as it was.
pub async fn keys_come_by_announcement(fixture: &dyn Fixture) {
    let store = fixture.open();
    let es256 = SigningKey {
        algorithm: Algorithm::Es256,
        retained_at: Some(at(20)),
        ..key("a", at(5))
    };
    let keys = [key("b", NOW), es256];
    let inserted = keys.clone();
    write(&store, move |tx| {
        inserted
            .iter()
            .rev()
            .try_for_each(|key| tx.keys_mut().insert(key))
    })
    .await;
    assert_eq!(read(&store, |tx| tx.keys().list()).await, keys);
    fault(&store, |tx| tx.keys_mut().insert(&key("a", NOW))).await;
}

/// And nothing else of it.
pub async fn times_of_a_key_are_written_anew(fixture: &dyn Fixture) {
    let store = fixture.open();
    write(&store, |tx| tx.keys_mut().insert(&key("a", NOW))).await;
    let rotated = SigningKey {
        announced_at: at(1),
        active_at: at(2),
        retained_at: Some(at(3)),
        retired_at: Some(at(4)),
        revoked_at: Some(at(5)),
        ..key("a", NOW)
    };
    let written = SigningKey {
        sealed: vec![9],
        jwk: String::new(),
        ..rotated.clone()
    };
    write(&store, move |tx| tx.keys_mut().update_times(&written)).await;
    assert_eq!(read(&store, |tx| tx.keys().list()).await, [rotated]);
    fault(&store, |tx| tx.keys_mut().update_times(&key("b", NOW))).await;
}
