//! A phone joins with an invitation and a proof of its key (decisions.md, checklist 4.9).

use crate::attack_list::Good;
use crate::scene::{HINT, merge};
use crate::support::refused;
use countersign_core::Outcome;
use countersign_core::authenticator::{enrol, invite, revoke};
use countersign_core::time::Duration;
use countersign_core::user::{IdpRole, User, disable};
use countersign_jose::{KeyType, base64url, hash};
use countersign_protocol::ErrorCode;
use countersign_protocol::authenticator::{ENROLMENT_PROOF_TYP, EnrolmentAnswer, EnrolmentRequest};
use countersign_testkit::{Party, SoftPhone, World};
use serde_json::{Value, json};

/// Enrols a phone with a key of this type.
pub(crate) async fn phone(world: &World, user: &User, key_type: KeyType) -> Outcome<SoftPhone> {
    let invitation = invited(world, user).await;
    let mut party = Party::new("", key_type);
    let answer = enrol::enrol(&world.provider, request(world, &party, &invitation)).await?;
    party.client_id = answer.client_id;
    Ok(SoftPhone {
        party,
        username: answer.username,
    })
}

async fn invited(world: &World, user: &User) -> String {
    invite::invite(&world.provider, user, "test")
        .await
        .unwrap()
        .invitation
        .reveal()
        .to_owned()
}

fn request(world: &World, party: &Party, invitation: &str) -> EnrolmentRequest {
    SoftPhone::enrolment(party, world.provider.host.as_str(), invitation, world.now())
}

fn proof_claims(world: &World, invitation: &str, changes: &Value) -> Value {
    let mut claims = json!({
        "aud": world.provider.host.as_str(), "iat": world.now().unix(), "exp": world.now().unix() + 60,
        "invitation_digest": base64url::encode(&hash::sha256(invitation.as_bytes())),
    });
    merge(&mut claims, changes);
    claims
}

async fn enrolled(world: &World, request: EnrolmentRequest) -> Outcome<EnrolmentAnswer> {
    enrol::enrol(&world.provider, request).await
}

#[tokio::test]
async fn every_attack_on_a_proof_is_refused_and_the_invitation_stays_good() {
    let world = World::new().await;
    let user = world.user(HINT, IdpRole::User).await;
    let invitation = invited(&world, &user).await;
    let party = Party::new("", KeyType::P256);
    let now = world.now().unix();
    let good = Good {
        key: &party.key,
        algorithm: party.algorithm,
        header: json!({ "typ": ENROLMENT_PROOF_TYP }),
        claims: proof_claims(&world, &invitation, &json!({})),
    };
    let more = [
        ("aud is the issuer", json!({ "aud": world.issuer() })),
        (
            "another invitation",
            json!({ "invitation_digest": base64url::encode(&hash::sha256(b"another")) }),
        ),
        ("no invitation", json!({ "invitation_digest": null })),
        (
            "the invitation itself",
            json!({ "invitation_digest": invitation }),
        ),
        ("it has ended", json!({ "iat": now - 120, "exp": now - 60 })),
        ("iat is 61 s ahead", json!({ "iat": now + 61, "exp": now + 121 })),
        ("exp is 301 s after iat", json!({ "exp": now + 301 })),
    ];
    let more = more
        .iter()
        .map(|(name, changes)| (*name, good.signed_with(changes)));
    let types = ["JWT", "approval+jwt", "at+jwt", "client-authentication+jwt"].map(|typ| {
        (
            typ,
            good.with_header(&json!({ "typ": typ }), good.claims.to_string().as_bytes()),
        )
    });
    for (attack, proof) in good
        .envelope()
        .into_iter()
        .chain(good.claims())
        .chain(more)
        .chain(types)
    {
        let outcome = enrolled(
            &world,
            EnrolmentRequest {
                proof,
                ..request(&world, &party, &invitation)
            },
        )
        .await;
        assert!(outcome.is_err(), "{attack} was accepted");
        assert_eq!(refused(outcome), ErrorCode::InvalidRequest, "{attack}");
    }
    let answer = enrolled(
        &world,
        EnrolmentRequest {
            proof: good.token(),
            ..request(&world, &party, &invitation)
        },
    );
    let answer = answer.await.expect("none of them has used the invitation up");
    assert_eq!((answer.username.as_str(), answer.user_id), (HINT, user.id.0));
    assert_eq!(answer.client_id.len(), 21);
    assert_eq!(answer.issuer, world.issuer());
}

#[tokio::test]
async fn an_invitation_enrols_one_phone_and_lives_for_ten_minutes() {
    let world = World::new().await;
    let user = world.user(HINT, IdpRole::User).await;
    let used = invited(&world, &user).await;
    enrolled(&world, request(&world, &Party::new("", KeyType::P256), &used))
        .await
        .unwrap();
    let (in_time, late) = (invited(&world, &user).await, invited(&world, &user).await);
    let mut told = Vec::new();
    let try_with = async |invitation: &str| {
        let outcome = enrolled(
            &world,
            request(&world, &Party::new("", KeyType::P256), invitation),
        )
        .await;
        outcome.map(|_| ()).map_err(|failure| failure.to_string())
    };
    told.push(try_with(&used).await.unwrap_err());
    told.push(try_with("made-up").await.unwrap_err());
    world.clock.advance(Duration::from_millis(599_999));
    try_with(&in_time).await.unwrap();
    world.clock.advance(Duration::from_millis(1));
    told.push(try_with(&late).await.unwrap_err());
    assert!(told[0].starts_with("access_denied"));
    assert!(
        told.iter().all(|text| *text == told[0]),
        "used, unknown and ended look the same: {told:?}"
    );
}

#[tokio::test]
async fn of_64_phones_with_one_invitation_one_is_enrolled() {
    let world = World::new().await;
    let user = world.user(HINT, IdpRole::User).await;
    let invitation = invited(&world, &user).await;
    let parties: Vec<Party> = (0..64).map(|_| Party::new("", KeyType::P256)).collect();
    let tries = parties
        .iter()
        .map(|party| enrolled(&world, request(&world, party, &invitation)));
    let outcomes = futures_util::future::join_all(tries).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert!(
        outcomes
            .into_iter()
            .filter(Result::is_err)
            .all(|lost| refused(lost) == ErrorCode::AccessDenied)
    );
    let phones = revoke::list(&world.provider, Some(user.id)).await.unwrap();
    assert_eq!(phones.len(), 1);
}

#[tokio::test]
async fn the_invitation_of_a_disabled_person_enrols_nothing() {
    let world = World::new().await;
    let user = world.user(HINT, IdpRole::User).await;
    let invitation = invited(&world, &user).await;
    disable::disable(&world.provider, HINT, "cli").await.unwrap();
    let outcome = enrolled(
        &world,
        request(&world, &Party::new("", KeyType::P256), &invitation),
    )
    .await;
    assert_eq!(refused(outcome), ErrorCode::AccessDenied);
}

#[tokio::test]
async fn names_that_cannot_be_shown_are_refused() {
    let world = World::new().await;
    let user = world.user(HINT, IdpRole::User).await;
    let invitation = invited(&world, &user).await;
    let party = Party::new("", KeyType::P256);
    let long = "x".repeat(101);
    for text in [
        "",
        "  ",
        "a\nb",
        "a\u{0}",
        "a\u{1b}[2J",
        "a\u{202e}b",
        "a\u{200b}b",
        &long,
    ] {
        for member in ["name", "platform"] {
            let mut request = request(&world, &party, &invitation);
            *if member == "name" {
                &mut request.name
            } else {
                &mut request.platform
            } = text.to_owned();
            assert_eq!(
                refused(enrolled(&world, request).await),
                ErrorCode::InvalidRequest,
                "{member}: {text:?}"
            );
        }
    }
    let named = EnrolmentRequest {
        name: "Müllers Telefon ☎".to_owned(),
        ..request(&world, &party, &invitation)
    };
    enrolled(&world, named).await.unwrap();
}

#[tokio::test]
async fn a_key_must_be_a_public_one_of_a_kind_that_phones_use() {
    let world = World::new().await;
    let user = world.user(HINT, IdpRole::User).await;
    for key_type in [
        KeyType::P256,
        KeyType::P384,
        KeyType::Ed25519,
        KeyType::Rsa2048,
        KeyType::Rsa3072,
    ] {
        phone(&world, &user, key_type)
            .await
            .unwrap_or_else(|refusal| panic!("{key_type}: {refusal}"));
    }
    assert_eq!(
        refused(phone(&world, &user, KeyType::P521).await),
        ErrorCode::InvalidRequest
    );
    let invitation = invited(&world, &user).await;
    let party = Party::new("", KeyType::P256);
    let jwk = serde_json::to_value(party.key.public().jwk()).unwrap();
    let table = [
        ("a private member", json!({ "d": "AAAA" })),
        ("a symmetric key", json!({ "kty": "oct", "k": "AAAA" })),
        ("for encryption", json!({ "use": "enc" })),
        (
            "a point that is not on the curve",
            json!({ "y": base64url::encode(&[1; 32]) }),
        ),
        ("no curve", json!({ "crv": null })),
    ];
    for (name, changes) in table {
        let mut jwk = jwk.clone();
        merge(&mut jwk, &changes);
        let outcome = enrolled(
            &world,
            EnrolmentRequest {
                jwk,
                ..request(&world, &party, &invitation)
            },
        )
        .await;
        assert!(outcome.is_err(), "{name} was accepted");
        assert!(
            matches!(
                refused(outcome),
                ErrorCode::InvalidRequest | ErrorCode::InvalidClientMetadata
            ),
            "{name}"
        );
    }
}

#[tokio::test]
async fn the_operator_sees_the_fingerprint_that_the_phone_shows() {
    let world = World::new().await;
    let (user, phone) = world.person(HINT).await;
    let phones = revoke::list(&world.provider, Some(user.id)).await.unwrap();
    assert_eq!(phones[0].thumbprint, phone.party.key.public().jwk().thumbprint());
}

#[tokio::test]
async fn a_revoked_phone_gets_no_token_and_its_old_one_ends() {
    let world = World::new().await;
    let (user, phone) = world.person(HINT).await;
    let bearer = phone.bearer(&world.provider).await.unwrap();
    let second = world.phone_of(&user).await;
    revoke::revoke(&world.provider, bearer.authenticator.id, "cli")
        .await
        .unwrap();
    assert_eq!(
        refused(phone.bearer(&world.provider).await),
        ErrorCode::InvalidClient
    );
    second
        .bearer(&world.provider)
        .await
        .expect("the other phone goes on");
}
