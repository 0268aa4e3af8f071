//! A device replaces its key (`POST {iss}/device-key`).

use crate::interposed::Interposed;
use crate::support::refused;
use countersign_core::client::{Endpoint, authenticate};
use countersign_core::device::list;
use countersign_core::device::revoke::suspend;
use countersign_core::device::rotate::{KeyRotation, rotate};
use countersign_core::id::ClientId;
use countersign_core::time::Duration;
use countersign_core::{Failure, Outcome};
use countersign_jose::KeyType;
use countersign_protocol::ErrorCode;
use countersign_protocol::device_key::KeyRotationAnswer;
use countersign_testkit::{Party, World, fresh_jti};
use serde_json::{Value, json};

fn thumbprint(party: &Party) -> String {
    party.key.public().jwk().thumbprint()
}

/// The same client with a key that nobody knows yet.
fn successor(party: &Party, key_type: KeyType) -> Party {
    Party::new(&party.client_id, key_type)
}

fn claims(world: &World, old: &Party) -> Value {
    let now = world.now().unix();
    json!({
        "iss": old.client_id, "aud": world.issuer(), "iat": now, "exp": now + 60,
        "jti": fresh_jti(), "thumbprint": thumbprint(old),
    })
}

fn proof(new: &Party, claims: &Value) -> String {
    new.sign(&json!({ "typ": "device-key+jwt" }), claims)
}

fn rotation(new: &Party, proof: String) -> KeyRotation {
    KeyRotation {
        public_key: Some(new.jwks().to_string()),
        proof: Some(proof),
    }
}

async fn send(world: &World, old: &Party, request: KeyRotation) -> Outcome<KeyRotationAnswer> {
    let audience = Endpoint::DeviceKey.url(&world.provider.host);
    let credentials = old.credentials(&audience, world.now());
    let caller = authenticate(&world.provider, credentials, Endpoint::DeviceKey).await?;
    rotate(&world.provider, caller, request).await
}

async fn replace(world: &World, old: &Party, new: &Party) -> Outcome<KeyRotationAnswer> {
    send(world, old, rotation(new, proof(new, &claims(world, old)))).await
}

/// Whether the provider takes this key for the client's.
async fn works(world: &World, party: &Party) -> bool {
    match party.authenticated(&world.provider, Endpoint::Token).await {
        Ok(_) => true,
        Err(Failure::Refusal(refusal)) => {
            assert_eq!(refusal.code, ErrorCode::InvalidClient);
            false
        }
        Err(Failure::Fault(fault)) => panic!("{fault}"),
    }
}

#[tokio::test]
async fn from_the_answer_on_only_the_new_key_counts_whatever_its_kind() {
    let world = World::new().await;
    let mut old = world.device(KeyType::Rsa2048).await;
    for key_type in [KeyType::P256, KeyType::Ed25519, KeyType::P521, KeyType::Rsa2048] {
        let new = successor(&old, key_type);
        assert!(!works(&world, &new).await);
        let answer = replace(&world, &old, &new).await.unwrap();
        assert_eq!(answer.thumbprint, thumbprint(&new));
        assert_eq!(answer.replaced_thumbprint, thumbprint(&old));
        assert!(works(&world, &new).await, "{key_type}");
        assert!(!works(&world, &old).await, "{key_type}");
        let shown = list::show(&world.provider, &old.client_id).await.unwrap();
        assert_eq!(
            (shown.thumbprint, shown.key_type),
            (thumbprint(&new), key_type.to_string())
        );
        old = new;
    }
}

#[tokio::test]
async fn a_rotation_is_in_the_audit_log_with_both_thumbprints() {
    let world = World::new().await;
    let old = world.device(KeyType::P256).await;
    let new = successor(&old, KeyType::P384);
    replace(&world, &old, &new).await.unwrap();
    let records = world
        .provider
        .store
        .read(|tx| Ok(tx.audit().page(0, 1000)?))
        .await
        .unwrap();
    let record = records.last().unwrap();
    assert_eq!(record.action, "device.key_rotated");
    assert_eq!(record.actor, format!("client:{}", old.client_id));
    assert!(record.subject.starts_with("device:"));
    let detail: Value = serde_json::from_str(&record.detail).unwrap();
    assert_eq!(
        detail,
        json!({
            "key_type": "ECC:p384", "replaced_thumbprint": thumbprint(&old), "thumbprint": thumbprint(&new),
        })
    );
}

#[tokio::test]
async fn an_assertion_that_was_made_for_another_endpoint_gives_no_machine_away() {
    let world = World::new().await;
    let device = world.device(KeyType::P256).await;
    let host = &world.provider.host;
    for audience in [
        host.issuer(),
        Endpoint::Token.url(host),
        Endpoint::Backchannel.url(host),
        Endpoint::BcAuthorize.url(host),
    ] {
        let credentials = device.credentials(&audience, world.now());
        let outcome = authenticate(&world.provider, credentials, Endpoint::DeviceKey).await;
        assert_eq!(refused(outcome), ErrorCode::InvalidClient, "{audience}");
    }
    // Nor does the one for this endpoint open another.
    let credentials = device.credentials(&Endpoint::DeviceKey.url(host), world.now());
    let outcome = authenticate(&world.provider, credentials, Endpoint::Token).await;
    assert_eq!(refused(outcome), ErrorCode::InvalidClient);
}

#[tokio::test]
async fn only_devices_replace_their_keys_here() {
    let world = World::new().await;
    let (_, phone) = world.person("user.name@OnesID1").await;
    let service = world.service(KeyType::P256, &json!({})).await;
    for party in [phone.party, service] {
        let new = successor(&party, KeyType::P256);
        assert_eq!(
            refused(replace(&world, &party, &new).await),
            ErrorCode::UnauthorizedClient
        );
        assert!(works(&world, &party).await);
    }
}

#[tokio::test]
async fn every_claim_of_the_proof_counts() {
    let world = World::new().await;
    let old = world.device(KeyType::P256).await;
    let stranger = world.device(KeyType::P256).await;
    let new = successor(&old, KeyType::P256);
    let now = world.now().unix();
    for (member, wrong) in [
        ("iss", json!(stranger.client_id)),
        ("aud", json!("https://other.example/oidc")),
        ("aud", json!(world.provider.host.as_str())),
        ("aud", json!([world.issuer(), "https://other.example/oidc"])),
        ("thumbprint", json!(thumbprint(&stranger))),
        ("thumbprint", json!(thumbprint(&new))),
        ("thumbprint", Value::Null),
        ("exp", json!(now - 61)),
        ("exp", json!(now + 121)),
        ("exp", Value::Null),
        ("iat", json!(now + 61)),
        ("jti", json!("")),
        ("jti", json!("x".repeat(256))),
        ("jti", Value::Null),
    ] {
        let mut claims = claims(&world, &old);
        claims[member] = wrong.clone();
        let outcome = send(&world, &old, rotation(&new, proof(&new, &claims))).await;
        assert_eq!(refused(outcome), ErrorCode::InvalidRequest, "{member} {wrong}");
    }
    assert!(works(&world, &old).await);
    assert!(!works(&world, &new).await);
}

#[tokio::test]
async fn the_proof_is_by_the_new_key_and_names_itself_a_proof() {
    let world = World::new().await;
    let old = world.device(KeyType::P256).await;
    let (new, other) = (successor(&old, KeyType::P256), successor(&old, KeyType::P256));
    let claims = claims(&world, &old);
    for wrong in [
        proof(&old, &claims),
        proof(&other, &claims),
        new.sign(&json!({ "typ": "JWT" }), &claims),
        new.sign(&json!({}), &claims),
        "not.a.jws".to_owned(),
        String::new(),
    ] {
        let outcome = send(&world, &old, rotation(&new, wrong)).await;
        assert_eq!(refused(outcome), ErrorCode::InvalidRequest);
    }
    assert!(works(&world, &old).await);
}

#[tokio::test]
async fn what_is_no_single_new_public_key_is_refused() {
    let world = World::new().await;
    let old = world.device(KeyType::P256).await;
    let new = successor(&old, KeyType::P256);
    let jwk = serde_json::to_value(new.key.public().jwk()).unwrap();
    for wrong in [
        None,
        Some(String::new()),
        Some("[]".to_owned()),
        Some("{}".to_owned()),
        Some(json!({ "keys": [] }).to_string()),
        Some(json!({ "keys": [jwk, jwk] }).to_string()),
        Some(jwk.to_string()),
        Some(json!({ "keys": [{ "kty": "oct", "k": "AAAA" }] }).to_string()),
        Some(format!(r#"{{"keys":[],"keys":[{jwk}]}}"#)),
        Some(old.jwks().to_string()),
    ] {
        let request = KeyRotation {
            public_key: wrong.clone(),
            proof: Some(proof(&new, &claims(&world, &old))),
        };
        let outcome = send(&world, &old, request).await;
        assert_eq!(refused(outcome), ErrorCode::InvalidRequest, "{wrong:?}");
    }
    let without_proof = KeyRotation {
        public_key: Some(new.jwks().to_string()),
        proof: None,
    };
    assert_eq!(
        refused(send(&world, &old, without_proof).await),
        ErrorCode::InvalidRequest
    );
    assert!(works(&world, &old).await);
}

#[tokio::test]
async fn a_proof_is_good_for_one_rotation_even_when_the_old_key_comes_back() {
    let world = World::new().await;
    let (a, b) = {
        let a = world.device(KeyType::P256).await;
        let b = successor(&a, KeyType::P256);
        (a, b)
    };
    let once = proof(&b, &claims(&world, &a));
    send(&world, &a, rotation(&b, once.clone())).await.unwrap();
    replace(&world, &b, &a).await.unwrap();
    assert_eq!(
        refused(send(&world, &a, rotation(&b, once)).await),
        ErrorCode::InvalidRequest
    );
    assert!(works(&world, &a).await);
}

#[tokio::test]
async fn an_assertion_is_spent_by_a_rotation_that_was_refused() {
    let world = World::new().await;
    let old = world.device(KeyType::P256).await;
    let new = successor(&old, KeyType::P256);
    let audience = Endpoint::DeviceKey.url(&world.provider.host);
    let assertion = old.assertion(&audience, world.now());
    for expected in [ErrorCode::InvalidRequest, ErrorCode::InvalidClient] {
        let credentials = old.credentials_with(assertion.clone());
        let caller = authenticate(&world.provider, credentials, Endpoint::DeviceKey)
            .await
            .unwrap();
        let request = rotation(&new, "refused".to_owned());
        assert_eq!(refused(rotate(&world.provider, caller, request).await), expected);
    }
}

#[tokio::test]
async fn of_two_rotations_at_once_the_second_is_told() {
    let mut world = World::new().await;
    let interposed = Interposed::into(&mut world).await;
    let old = world.device(KeyType::P256).await;
    let (new, winner) = (successor(&old, KeyType::P256), successor(&old, KeyType::P256));
    let client = ClientId::parse(&old.client_id).unwrap();
    let metadata = world
        .provider
        .client(client.clone())
        .await
        .unwrap()
        .unwrap()
        .registration
        .text
        .clone();
    let (before, mut after) = (
        metadata.clone(),
        serde_json::from_str::<Value>(&metadata).unwrap(),
    );
    after["jwks"] = winner.jwks();
    interposed.before_the_next_write(move |tx| {
        assert!(
            tx.clients_mut()
                .replace_metadata(&client, &before, &after.to_string())?
        );
        Ok(())
    });
    assert_eq!(refused(replace(&world, &old, &new).await), ErrorCode::Conflict);
    assert!(interposed.has_happened());
    assert!(works(&world, &winner).await);
    assert!(!works(&world, &new).await);
}

#[tokio::test]
async fn a_device_that_was_suspended_meanwhile_keeps_its_old_key() {
    let world = World::new().await;
    let old = world.device(KeyType::P256).await;
    let new = successor(&old, KeyType::P256);
    let audience = Endpoint::DeviceKey.url(&world.provider.host);
    let caller = authenticate(
        &world.provider,
        old.credentials(&audience, world.now()),
        Endpoint::DeviceKey,
    )
    .await
    .unwrap();
    suspend(&world.provider, &old.client_id, "cli").await.unwrap();
    let request = rotation(&new, proof(&new, &claims(&world, &old)));
    assert_eq!(
        refused(rotate(&world.provider, caller, request).await),
        ErrorCode::InvalidClient
    );
    let shown = list::show(&world.provider, &old.client_id).await.unwrap();
    assert_eq!(shown.thumbprint, thumbprint(&old));
}

#[tokio::test]
async fn a_clock_that_is_a_minute_off_is_forgiven() {
    let world = World::new().await;
    let old = world.device(KeyType::P256).await;
    let new = successor(&old, KeyType::P256);
    let tolerance = Duration::from_secs(60);
    let mut claims = claims(&world, &old);
    claims["iat"] = json!((world.now() + tolerance).unix());
    claims["exp"] = json!((world.now() + tolerance).unix() + 60);
    send(&world, &old, rotation(&new, proof(&new, &claims)))
        .await
        .unwrap();
    assert!(works(&world, &new).await);
}
