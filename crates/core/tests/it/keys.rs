//! Signing keys: states, the order of the key set, rotation and revocation.

use crate::support::refused;
use countersign_core::keys::rotate::{self, RotateWhen};
use countersign_core::keys::{KeyPurpose, KeyRing, KeyState, KeyTimes, Sealer};
use countersign_core::time::{Duration, Timestamp};
use countersign_jose::Algorithm::{EdDsa, Es256, Rs256};
use countersign_jose::{Algorithm, JwkSet};
use countersign_protocol::ErrorCode;
use countersign_testkit::{SeededEntropy, World};
use std::sync::Arc;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const SECOND: Duration = Duration::from_secs(1);

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix(seconds)
}

/// `kid`s of the key set, in order.
fn published(world: &World) -> Vec<String> {
    world
        .provider
        .keys()
        .published(KeyPurpose::Oidc, world.now())
        .iter()
        .map(|key| key.kid.clone())
        .collect()
}

fn signer(world: &World, algorithm: Algorithm) -> String {
    world
        .provider
        .keys()
        .signer(KeyPurpose::Oidc, algorithm, world.now())
        .unwrap()
        .kid
        .clone()
}

#[test]
fn a_state_follows_from_the_times_alone() {
    let times = KeyTimes {
        announced_at: at(0),
        active_at: at(10),
        retained_at: Some(at(20)),
        retired_at: Some(at(30)),
        revoked_at: None,
    };
    let states = [0, 9, 10, 19, 20, 29, 30].map(|now| times.state(at(now)).as_str());
    assert_eq!(
        states,
        [
            "announced",
            "announced",
            "active",
            "active",
            "retained",
            "retained",
            "retired"
        ]
    );
    let revoked = KeyTimes {
        revoked_at: Some(at(15)),
        ..times
    };
    assert_eq!(
        [14, 15, 25, 35].map(|now| revoked.state(at(now))),
        [
            KeyState::Active,
            KeyState::Revoked,
            KeyState::Revoked,
            KeyState::Revoked
        ]
    );
}

#[test]
fn what_is_sealed_opens_only_for_its_purpose_and_with_its_key() {
    let entropy = SeededEntropy::new(1);
    let sealer = Sealer::new([1; 32]);
    let sealed = sealer.seal("this", &entropy, b"plain").unwrap();
    assert_eq!(sealer.open("this", &sealed).unwrap().as_slice(), b"plain");
    assert!(sealer.open("that", &sealed).is_err());
    let fault = Sealer::new([2; 32]).open("this", &sealed).unwrap_err();
    assert!(
        fault
            .to_string()
            .contains("sealing key that belongs to this data directory"),
        "{fault}"
    );
    let mut damaged = sealed.clone();
    *damaged.last_mut().unwrap() ^= 1;
    assert!(sealer.open("this", &damaged).is_err());
    assert!(sealer.open("this", &[]).is_err());
}

#[test]
fn derived_secrets_differ_by_key_purpose_and_salt() {
    let secret =
        |key, purpose: &str, salt: &[u8]| -> [u8; 32] { Sealer::new([key; 32]).derive(purpose, salt) };
    let one = secret(1, "a", b"s");
    assert_eq!(one, secret(1, "a", b"s"));
    assert_ne!(one, secret(2, "a", b"s"));
    assert_ne!(one, secret(1, "b", b"s"));
    assert_ne!(one, secret(1, "a", b"t"));
}

#[tokio::test]
async fn the_first_keys_are_rs256_and_es256_and_sign_at_once() {
    let world = World::new().await;
    let ring = world.provider.keys();
    let jwks = ring.jwks(KeyPurpose::Oidc, world.now());
    let set = JwkSet::parse(&jwks).unwrap();
    assert_eq!(
        set.keys()
            .iter()
            .map(|key| key.alg().unwrap())
            .collect::<Vec<_>>(),
        [Rs256, Es256]
    );
    for key in set.keys() {
        assert_eq!(key.use_(), Some("sig"));
        assert_eq!(key.kid(), Some(key.thumbprint().as_str()));
    }
    assert_eq!(published(&world), [signer(&world, Rs256), signer(&world, Es256)]);
    assert!(ring.signer(KeyPurpose::Oidc, EdDsa, world.now()).is_err());
    assert_eq!(
        refused(rotate::create_first(&world.provider).await),
        ErrorCode::Conflict
    );
}

#[tokio::test]
async fn a_rotation_announces_then_signs_then_retains_then_retires() {
    let world = World::new().await;
    let old = signer(&world, Rs256);
    let es256 = signer(&world, Es256);
    let new = rotate::rotate(&world.provider, Some(Rs256), RotateWhen::default())
        .await
        .unwrap()
        .remove(0);
    assert_ne!(new, old);

    assert_eq!(signer(&world, Rs256), old);
    assert_eq!(
        published(&world),
        [old.as_str(), &new, &es256],
        "announced, after the key that signs"
    );
    world.clock.advance(DAY - SECOND);
    assert_eq!(signer(&world, Rs256), old);
    world.clock.advance(SECOND);
    assert_eq!(signer(&world, Rs256), new, "no worker had to come by");
    assert_eq!(
        published(&world),
        [new.as_str(), &old, &es256],
        "the key that signs comes first"
    );
    let lifetime = world.provider.policy.lifetime.id_token;
    world.clock.advance(lifetime + DAY - SECOND);
    assert_eq!(
        published(&world).len(),
        3,
        "the last token of the old key may still be looked at"
    );
    world.clock.advance(SECOND);
    assert_eq!(published(&world), [new, es256]);
}

#[tokio::test]
async fn a_second_rotation_waits_for_the_first() {
    let world = World::new().await;
    let first = rotate::rotate(&world.provider, None, RotateWhen::default())
        .await
        .unwrap();
    assert_eq!(first.len(), 2);
    assert_eq!(
        refused(rotate::rotate(&world.provider, None, RotateWhen::default()).await),
        ErrorCode::Conflict
    );
    let forward = rotate::rotate(&world.provider, None, RotateWhen::Now)
        .await
        .unwrap();
    assert_eq!(
        forward, first,
        "the announced keys are brought forward: some verifiers know them already"
    );
    assert_eq!([signer(&world, Rs256), signer(&world, Es256)].as_slice(), first);
}

#[tokio::test]
async fn an_emergency_rotation_signs_with_a_new_key_at_once() {
    let world = World::new().await;
    let old = signer(&world, Es256);
    let new = rotate::rotate(&world.provider, Some(Es256), RotateWhen::Now)
        .await
        .unwrap()
        .remove(0);
    assert_eq!(signer(&world, Es256), new);
    assert!(
        published(&world).contains(&old),
        "what it signed still verifies until it is revoked"
    );
    rotate::revoke(&world.provider, &old).await.unwrap();
    assert!(!published(&world).contains(&old));
    assert_eq!(
        refused(rotate::revoke(&world.provider, &old).await),
        ErrorCode::Conflict
    );
}

#[tokio::test]
async fn the_only_signing_key_is_not_revoked() {
    let world = World::new().await;
    let only = signer(&world, Rs256);
    assert_eq!(
        refused(rotate::revoke(&world.provider, &only).await),
        ErrorCode::Conflict
    );
    assert_eq!(signer(&world, Rs256), only);
    assert_eq!(
        refused(rotate::revoke(&world.provider, "no such kid").await),
        ErrorCode::NotFound
    );
    assert_eq!(
        refused(rotate::rotate(&world.provider, Some(EdDsa), RotateWhen::Now).await),
        ErrorCode::InvalidRequest
    );
}

#[tokio::test]
async fn revoking_the_active_key_brings_its_announced_successor_forward() {
    let world = World::new().await;
    let old = signer(&world, Rs256);
    let new = rotate::rotate(&world.provider, Some(Rs256), RotateWhen::default())
        .await
        .unwrap()
        .remove(0);
    rotate::revoke(&world.provider, &old).await.unwrap();
    assert_eq!(signer(&world, Rs256), new);
}

#[tokio::test]
async fn revoking_an_announced_key_keeps_its_predecessor_signing() {
    let world = World::new().await;
    let old = signer(&world, Rs256);
    let new = rotate::rotate(&world.provider, Some(Rs256), RotateWhen::default())
        .await
        .unwrap()
        .remove(0);
    rotate::revoke(&world.provider, &new).await.unwrap();
    world.clock.advance(30 * DAY);
    assert_eq!(signer(&world, Rs256), old);
    // All three entered at the same moment, so the list has them in the order of their random kids.
    for item in rotate::list(&world.provider).await.unwrap() {
        let expected = if item.key.kid == new {
            KeyState::Revoked
        } else {
            KeyState::Active
        };
        assert_eq!(item.state, expected, "{}", item.key.kid);
    }
}

#[tokio::test]
async fn a_ring_opens_a_key_once_and_only_with_its_sealing_key() {
    let world = World::new().await;
    let rows = world
        .provider
        .store
        .read(|tx| Ok(tx.keys().list()?))
        .await
        .unwrap();
    let before = world.provider.keys();
    let again = KeyRing::open(&before, &rows, &world.provider.sealer).unwrap();
    let kept =
        |ring: &KeyRing| Arc::clone(&ring.signer(KeyPurpose::Oidc, Rs256, world.now()).unwrap().private);
    assert!(Arc::ptr_eq(&kept(&before), &kept(&again)));

    let fault = KeyRing::open(&KeyRing::default(), &rows, &Sealer::new([8; 32])).unwrap_err();
    assert!(
        fault
            .to_string()
            .contains("the sealing key is wrong or the data is damaged"),
        "{fault}"
    );
    let mut swapped = rows.clone();
    let other = swapped[1].sealed.clone();
    swapped[0].sealed = other;
    assert!(KeyRing::open(&KeyRing::default(), &swapped, &world.provider.sealer).is_err());
}

/// The key that signs for a purpose of X.1280; it is made when it is needed.
async fn es256(world: &World, purpose: KeyPurpose) -> String {
    let key = countersign_core::keys::need::signer(&world.provider, purpose, Es256).await;
    key.unwrap().kid
}

#[tokio::test]
async fn keys_of_other_purposes_are_rotated_for_themselves() {
    let world = World::new().await;
    let (rs256, oidc) = (signer(&world, Rs256), signer(&world, Es256));
    for purpose in [KeyPurpose::Identity, KeyPurpose::Credential] {
        let old = es256(&world, purpose).await;
        let announced = rotate::rotate_purpose(&world.provider, purpose, RotateWhen::default());
        let new = announced.await.unwrap().remove(0);
        assert_eq!(
            es256(&world, purpose).await,
            old,
            "the successor is announced first"
        );
        let again = rotate::rotate_purpose(&world.provider, purpose, RotateWhen::default()).await;
        assert_eq!(refused(again), ErrorCode::Conflict);
        let forward = rotate::rotate_purpose(&world.provider, purpose, RotateWhen::Now).await;
        assert_eq!(forward.unwrap(), [new.as_str()]);
        assert_eq!(es256(&world, purpose).await, new);
    }
    assert_eq!((signer(&world, Rs256), signer(&world, Es256)), (rs256, oidc));
    let push = rotate::rotate_purpose(&world.provider, KeyPurpose::Push, RotateWhen::Now).await;
    assert_eq!(refused(push), ErrorCode::InvalidRequest);
}

#[tokio::test]
async fn revoking_a_key_that_is_made_at_need_takes_its_announced_successor() {
    let world = World::new().await;
    let old = es256(&world, KeyPurpose::Identity).await;
    let announced = rotate::rotate_purpose(&world.provider, KeyPurpose::Identity, RotateWhen::default());
    let new = announced.await.unwrap().remove(0);
    rotate::revoke(&world.provider, &old).await.unwrap();
    assert_eq!(es256(&world, KeyPurpose::Identity).await, new);
    // And without one, another is made.
    rotate::revoke(&world.provider, &new).await.unwrap();
    let third = es256(&world, KeyPurpose::Identity).await;
    assert!(third != old && third != new);
}
