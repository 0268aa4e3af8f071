//! A phone takes on a credential: proof, person, phone, and who is refused.

use super::Stage;
use crate::support::refused;
use countersign_core::Outcome;
use countersign_core::policy::{Policy, X1280Policy};
use countersign_core::time::Duration;
use countersign_core::user::{IdpRole, disable as user};
use countersign_core::x1280::credential::{self, Issued};
use countersign_core::x1280::enrol as enrolling;
use countersign_core::x1280::lifetime::Lifetime;
use countersign_jose::{KeyType, PrivateKey, base64url, public_pem};
use countersign_protocol::ErrorCode;
use countersign_protocol::x1280::{EnrollAnswer, EnrollRequest};
use countersign_testkit::{DEVICE_ID, IdentityPhone, Party, World, der_signature, signature};
use serde_json::json;

async fn challenge(world: &World) -> String {
    let made = enrolling::challenge(&world.provider).await.expect("a challenge");
    assert_eq!(made.expires_in, 300);
    made.challenge
}

async fn enrol(world: &World, request: EnrollRequest) -> Outcome<EnrollAnswer> {
    enrolling::enrol(&world.provider, request).await
}

fn key() -> PrivateKey {
    PrivateKey::generate(KeyType::P256).expect("a key")
}

/// A good enrolment of a new key.
async fn good(world: &World, issued: &Issued) -> EnrollRequest {
    IdentityPhone::enrolment(&key(), issued, &challenge(world).await)
}

/// A policy under which a phone need not prove anything.
fn without_proof() -> Policy {
    Policy {
        x1280: X1280Policy {
            danger_enroll_without_proof: true,
            ..X1280Policy::default()
        },
        ..crate::scene::unlimited()
    }
}

#[tokio::test]
async fn an_enrolment_makes_a_person_and_a_phone() {
    let world = World::new().await;
    let issued = world.credential(|_| ()).await;
    let answer = enrol(&world, good(&world, &issued).await)
        .await
        .expect("an enrolment");
    assert!(answer.enrolled);
    assert_eq!(answer.token_id, issued.token_id.as_str());
    assert_eq!(answer.expires_at, Some(issued.expires_at.rfc3339()));
    assert_eq!(answer.authenticator.issuer, world.issuer());
    assert_eq!(answer.authenticator.client_id.len(), 21);
    let username = answer.authenticator.username.as_str();
    assert!(username.ends_with("@OnesID1"), "{username}");
    assert!(
        !username.to_lowercase().contains("dupont"),
        "services are told usernames: this one tells nothing"
    );
    let made = countersign_core::user::find::find(&world.provider, username).await;
    let made = made.expect("a person");
    assert_eq!(made.name.as_deref(), Some("Marie Dupont"));
    assert_eq!(made.role, IdpRole::User);
    assert_eq!(made.id.0, answer.authenticator.user_id);
}

#[tokio::test]
async fn the_same_phone_answers_every_other_request_too() {
    let world = World::new().await;
    let marie = world.marie().await;
    let service = world
        .service(KeyType::P256, &json!({ "profile": "standard" }))
        .await;
    let tokens = world.signed_in(&service, &marie.phone, "openid").await;
    assert!(tokens.id_token.is_some());
}

#[tokio::test]
async fn a_phone_without_the_key_enrols_nothing() {
    let world = World::new().await;
    let issued = world.credential(|_| ()).await;
    let (own, other) = (key(), key());
    let challenge = challenge(&world).await;
    let request = IdentityPhone::enrolment(&own, &issued, &challenge);
    let message = |challenge: &str, token: &str, device: &str| {
        signature(&own, &EnrollRequest::proof_message(challenge, token, device))
    };
    let token = issued.token_id.as_str();
    for (what, proof) in [
        (
            "another key",
            signature(
                &other,
                &EnrollRequest::proof_message(&challenge, token, DEVICE_ID),
            ),
        ),
        ("another challenge", message("x", token, DEVICE_ID)),
        ("another credential", message(&challenge, "x", DEVICE_ID)),
        ("another device", message(&challenge, token, "x")),
        ("no base64", "!".to_owned()),
        ("nothing", String::new()),
    ] {
        let request = EnrollRequest {
            proof_base64: Some(proof),
            ..request.clone()
        };
        assert_eq!(
            refused(enrol(&world, request).await),
            ErrorCode::InvalidRequest,
            "{what}"
        );
    }
    for (challenge, proof) in [
        (None, request.proof_base64.clone()),
        (request.challenge.clone(), None),
        (None, None),
    ] {
        let request = EnrollRequest {
            challenge,
            proof_base64: proof,
            ..request.clone()
        };
        assert_eq!(refused(enrol(&world, request).await), ErrorCode::InvalidRequest);
    }
    enrol(&world, request)
        .await
        .expect("the good one, with the same challenge");
}

#[tokio::test]
async fn a_challenge_is_ours_is_used_once_and_ends() {
    let world = World::new().await;
    let made_up = world.credential(|_| ()).await;
    let request = IdentityPhone::enrolment(&key(), &made_up, "made-up");
    assert_eq!(refused(enrol(&world, request).await), ErrorCode::InvalidRequest);

    let (first, second) = (world.credential(|_| ()).await, world.credential(|_| ()).await);
    let used = challenge(&world).await;
    let request = IdentityPhone::enrolment(&key(), &first, &used);
    enrol(&world, request).await.expect("an enrolment");
    let request = IdentityPhone::enrolment(&key(), &second, &used);
    assert_eq!(refused(enrol(&world, request).await), ErrorCode::InvalidRequest);

    let (in_time, late) = (challenge(&world).await, challenge(&world).await);
    world.clock.advance(Duration::from_millis(299_999));
    let request = IdentityPhone::enrolment(&key(), &second, &in_time);
    enrol(&world, request).await.expect("in the last moment");
    world.clock.advance(Duration::from_millis(1));
    let request = IdentityPhone::enrolment(&key(), &made_up, &late);
    assert_eq!(refused(enrol(&world, request).await), ErrorCode::InvalidRequest);
}

#[tokio::test]
async fn a_proof_may_be_der_in_any_base64() {
    let world = World::new().await;
    let issued = world.credential(|_| ()).await;
    let mut request = good(&world, &issued).await;
    let raw = base64url::decode(request.proof_base64.as_deref().unwrap()).unwrap();
    request.proof_base64 = Some(base64url::encode(&der_signature(&raw)));
    enrol(&world, request).await.expect("an enrolment");
}

#[tokio::test]
async fn keys_and_names_that_cannot_be_taken_are_refused() {
    let world = World::new().await;
    let issued = world.credential(|_| ()).await;
    let request = good(&world, &issued).await;
    let of_kind = |kind| public_pem(PrivateKey::generate(kind).unwrap().public());
    for pem in [
        of_kind(KeyType::P384),
        of_kind(KeyType::Rsa2048),
        of_kind(KeyType::Ed25519),
        key().to_pem().to_string(),
        String::new(),
    ] {
        let request = EnrollRequest {
            public_key_pem: pem.clone(),
            ..request.clone()
        };
        assert_eq!(
            refused(enrol(&world, request).await),
            ErrorCode::InvalidRequest,
            "{pem}"
        );
    }
    for device_id in ["", "  ", "a|b", "a\nb", "é", &"d".repeat(129)] {
        let request = EnrollRequest {
            device_id: device_id.to_owned(),
            ..request.clone()
        };
        assert_eq!(
            refused(enrol(&world, request).await),
            ErrorCode::InvalidRequest,
            "{device_id}"
        );
    }
}

#[tokio::test]
async fn a_credential_that_is_not_good_is_refused() {
    let world = World::new().await;
    let issued = world
        .credential(|new| new.lifetime = Lifetime::parse("1d").unwrap())
        .await;
    let request = good(&world, &issued).await;
    let service = world.mutual_service(|_| ()).await;
    let elsewhere = World::new().await.credential(|_| ()).await;
    for (what, text) in [
        ("of a service", service.service_vds.as_str()),
        ("of another provider", elsewhere.credential.as_str()),
        ("none", "HC1:nothing"),
        ("empty", ""),
    ] {
        let request = EnrollRequest {
            vds_data: text.to_owned(),
            ..request.clone()
        };
        assert_eq!(
            refused(enrol(&world, request).await),
            ErrorCode::InvalidRequest,
            "{what}"
        );
    }
    world.clock.advance(Duration::from_secs(24 * 60 * 60));
    let expired = good(&world, &issued).await;
    assert_eq!(refused(enrol(&world, expired).await), ErrorCode::InvalidRequest);
}

#[tokio::test]
async fn a_revoked_credential_is_a_conflict() {
    let world = World::new().await;
    let issued = world.credential(|_| ()).await;
    let request = good(&world, &issued).await;
    credential::revoke(&world.provider, issued.token_id.as_str(), None, "test")
        .await
        .expect("a revocation");
    assert_eq!(refused(enrol(&world, request).await), ErrorCode::Conflict);
}

#[tokio::test]
async fn a_credential_is_on_one_phone_at_a_time() {
    let world = World::new().await;
    let issued = world.credential(|_| ()).await;
    let first = IdentityPhone::enrol(&world.provider, &issued)
        .await
        .expect("an enrolment");
    let again = good(&world, &issued).await;
    assert_eq!(refused(enrol(&world, again).await), ErrorCode::Conflict);

    let bearer = first.phone.bearer(&world.provider).await.expect("a bearer");
    let revoked =
        countersign_core::authenticator::revoke::revoke(&world.provider, bearer.authenticator.id, "test");
    revoked.await.expect("a phone revoked");
    let second = IdentityPhone::enrol(&world.provider, &issued)
        .await
        .expect("the lost phone is revoked, so another may take its place");
    assert_eq!(
        second.phone.username,
        bearer.user.username.to_string(),
        "the same person"
    );
    assert_ne!(second.phone.party.client_id, first.phone.party.client_id);
}

#[tokio::test]
async fn of_16_enrolments_at_the_same_moment_one_counts_and_makes_one_person() {
    let world = World::new().await;
    let issued = world.credential(|_| ()).await;
    let mut requests = Vec::new();
    for _ in 0..16 {
        requests.push(good(&world, &issued).await);
    }
    let racing = requests.into_iter().map(|request| enrol(&world, request));
    let outcomes = futures_util::future::join_all(racing).await;
    let (won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1);
    for outcome in lost {
        assert_eq!(refused(outcome), ErrorCode::Conflict);
    }
    let people = countersign_core::user::find::list(&world.provider)
        .await
        .expect("people");
    assert_eq!(people.len(), 1, "who lost the race left nobody behind");
}

#[tokio::test]
async fn a_phone_that_is_known_joins_with_its_key_and_keeps_its_person() {
    let stage = Stage::new().await;
    let world = &stage.world;
    let (owner, phone) = world.person("user.name@OnesID1").await;
    let client_id = phone.party.client_id.clone();
    let issued = world.credential(|_| ()).await;
    let joined = IdentityPhone::enrol_with(&world.provider, &issued, phone.party)
        .await
        .expect("an enrolment");
    assert_eq!(joined.phone.username, "user.name@OnesID1");
    assert_eq!(
        joined.phone.party.client_id, client_id,
        "the same phone, not a second one"
    );
    let session = world.initiate(&stage.service, &joined.token_id, &json!({})).await;
    let session = session.expect("a session");
    let now = world.now();
    let request = joined.verification(&session.session_id, &session.auto_password, now, None);
    stage.verify(request).await.expect("an identity");
    let bearer = joined.phone.bearer(&world.provider).await.expect("a bearer");
    assert_eq!(bearer.user.id, owner.id);
}

#[tokio::test]
async fn two_credentials_may_be_on_one_phone() {
    let world = World::new().await;
    let (first, second) = (world.credential(|_| ()).await, world.credential(|_| ()).await);
    let one = IdentityPhone::enrol(&world.provider, &first)
        .await
        .expect("an enrolment");
    let username = one.phone.username.clone();
    let two = IdentityPhone::enrol_with(&world.provider, &second, one.phone.party)
        .await
        .expect("an enrolment");
    assert_eq!(two.phone.username, username);
}

#[tokio::test]
async fn a_credential_that_was_issued_to_a_person_joins_that_person() {
    let world = World::new().await;
    let owner = world.user("user.name@OnesID1", IdpRole::User).await;
    let issued = world
        .credential(|new| new.user = Some("user.name@OnesID1".to_owned()))
        .await;
    let joined = IdentityPhone::enrol(&world.provider, &issued)
        .await
        .expect("an enrolment");
    assert_eq!(joined.phone.username, owner.username.to_string());
    let people = countersign_core::user::find::list(&world.provider)
        .await
        .expect("people");
    assert_eq!(people.len(), 1);
}

#[tokio::test]
async fn a_credential_alone_makes_no_phone_of_an_operator() {
    for role in [IdpRole::Master, IdpRole::Admin, IdpRole::Auditor] {
        let world = World::new().await;
        world.user("user.name@OnesID1", role).await;
        let issued = world
            .credential(|new| new.user = Some("user.name@OnesID1".to_owned()))
            .await;
        let outcome = IdentityPhone::enrol(&world.provider, &issued).await;
        assert_eq!(refused(outcome), ErrorCode::InvalidRequest, "{role}");
    }
}

#[tokio::test]
async fn a_phone_of_one_person_does_not_take_the_credential_of_another() {
    let world = World::new().await;
    world.user("user.name@OnesID1", IdpRole::User).await;
    let (_, phone) = world.person("somebody.else@OnesID1").await;
    let issued = world
        .credential(|new| new.user = Some("user.name@OnesID1".to_owned()))
        .await;
    let outcome = IdentityPhone::enrol_with(&world.provider, &issued, phone.party).await;
    assert_eq!(refused(outcome), ErrorCode::InvalidRequest);
}

#[tokio::test]
async fn a_person_who_is_disabled_enrols_nothing() {
    let world = World::new().await;
    let owner = world.user("user.name@OnesID1", IdpRole::User).await;
    let issued = world
        .credential(|new| new.user = Some("user.name@OnesID1".to_owned()))
        .await;
    user::disable(&world.provider, &owner.id.to_string(), "test")
        .await
        .expect("disabled");
    let outcome = IdentityPhone::enrol(&world.provider, &issued).await;
    assert_eq!(refused(outcome), ErrorCode::InvalidRequest);
}

#[tokio::test]
async fn a_published_phone_enrols_where_the_operator_allows_it_and_joins_nobody() {
    let world = World::with(without_proof()).await;
    let bare = |request: EnrollRequest| EnrollRequest {
        challenge: None,
        proof_base64: None,
        ..request
    };
    let issued = world.credential(|_| ()).await;
    let request = bare(IdentityPhone::enrolment(&key(), &issued, "none"));
    enrol(&world, request).await.expect("an enrolment without proof");

    // Whoever saw the public key of a phone must not put a credential on it.
    let (_, phone) = world.person("user.name@OnesID1").await;
    let issued = world.credential(|_| ()).await;
    let request = bare(IdentityPhone::enrolment(&phone.party.key, &issued, "none"));
    assert_eq!(refused(enrol(&world, request).await), ErrorCode::InvalidRequest);
    IdentityPhone::enrol_with(&world.provider, &issued, phone.party)
        .await
        .expect("with proof it joins");

    // A proof that is there has to be right, also where none is needed.
    let issued = world.credential(|_| ()).await;
    let request = EnrollRequest {
        proof_base64: Some(signature(&key(), "x")),
        ..good(&world, &issued).await
    };
    assert_eq!(refused(enrol(&world, request).await), ErrorCode::InvalidRequest);
}

#[tokio::test]
async fn what_an_enrolment_made_is_in_the_audit_log() {
    let world = World::new().await;
    world.marie().await;
    let read = world.provider.store.read(|tx| Ok(tx.audit().page(0, 100)?));
    let actions: Vec<String> = read
        .await
        .expect("a page")
        .into_iter()
        .map(|record| record.action)
        .collect();
    for action in ["user.add", "authenticator.enrol", "credential.enrol"] {
        assert!(
            actions.iter().any(|made| made == action),
            "{action} in {actions:?}"
        );
    }
}

#[tokio::test]
async fn a_key_of_another_party_is_a_phone_of_its_own() {
    let world = World::new().await;
    let device = world.device(KeyType::P256).await;
    let issued = world.credential(|_| ()).await;
    let party = Party {
        client_id: String::new(),
        key: device.key,
        algorithm: device.algorithm,
    };
    let joined = IdentityPhone::enrol_with(&world.provider, &issued, party)
        .await
        .expect("an enrolment");
    assert_ne!(
        joined.phone.party.client_id, device.client_id,
        "a device is no phone"
    );
}
