//! The identity that a service is given: a JWT by a key of its own, with the claims of the granted scopes and no others.

use super::Stage;
use countersign_core::keys::KeyPurpose;
use countersign_core::time::Duration;
use countersign_core::x1280::{identity_jwks, service};
use countersign_jose::{Algorithm, JwkSet, PublicKey, UnverifiedJws, base64url, hash};
use countersign_protocol::x1280::ClaimStyle;
use serde_json::{Value, json};

/// The claims, not verified.
pub(crate) fn claims_of(jwt: &str) -> Value {
    UnverifiedJws::parse(jwt).unwrap().unverified_claims().unwrap()
}

/// The claims, verified with the published key set.
fn verified(jwt: &str, keys: &JwkSet) -> Value {
    let jws = UnverifiedJws::parse(jwt).unwrap();
    let jwk = keys
        .find(jws.header().kid().expect("a kid"))
        .expect("a published key");
    let key = PublicKey::from_jwk(jwk).unwrap();
    jws.verify(&key, Algorithm::Es256).unwrap().claims().unwrap()
}

#[tokio::test]
async fn an_identity_verifies_with_the_published_keys_and_says_what_was_granted() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let answer = stage.verify(stage.approval(&session)).await.expect("an identity");
    let keys = identity_jwks(&stage.world.provider).await.expect("keys");
    let mut claims = verified(&answer.jwt, &keys);
    assert!(claims["jti"].as_str().is_some_and(|jti| !jti.is_empty()));
    claims["jti"] = json!(null);
    let now = stage.world.now().unix();
    assert_eq!(
        claims,
        json!({
            "iss": "https://idp.example", "sub": stage.marie.token_id, "aud": "shop-audience",
            "iat": now, "exp": now + 3600, "jti": null, "scope": "identity:name identity:age_over_18",
            "acr": "urn:countersign:acr:compare", "amr": ["swk", "mca", "user"],
            "idtoken": { "tokenId": stage.marie.token_id, "givenName": "Marie", "familyName": "Dupont",
                "age_over_18": true },
        })
    );
    assert_eq!(answer.expires_at, "2026-11-21T10:00:00Z");
}

#[tokio::test]
async fn a_service_spells_ages_as_it_registered() {
    let stage = Stage::new().await;
    let camel = stage
        .world
        .mutual_service(|new| new.claim_style = ClaimStyle::Camel)
        .await;
    let session = stage
        .world
        .initiate(&camel, &stage.marie.token_id, &json!({}))
        .await
        .expect("a session");
    let answer = stage.verify(stage.approval(&session)).await.expect("an identity");
    assert_eq!(claims_of(&answer.jwt)["idtoken"]["ageOver18"], true);
    assert_eq!(claims_of(&answer.jwt)["idtoken"]["age_over_18"], Value::Null);
}

#[tokio::test]
async fn an_age_is_that_of_the_day_of_the_sign_in_in_utc() {
    let stage = Stage::new().await;
    // 2026-11-21 09:00 UTC is the beginning of the world; of age on the 22nd.
    let issued = stage
        .world
        .credential(|new| new.date_of_birth = Some("2008-11-22".to_owned()))
        .await;
    let child = countersign_testkit::IdentityPhone::enrol(&stage.world.provider, &issued)
        .await
        .expect("an enrolment");
    let of_age = async || {
        let asked = json!({ "scopes": ["identity:age_over_18"] });
        let session = stage
            .world
            .initiate(&stage.service, &child.token_id, &asked)
            .await;
        let session = session.expect("a session");
        let now = stage.world.now();
        let request = child.verification(&session.session_id, &session.auto_password, now, None);
        let answer = stage.verify(request).await.expect("an identity");
        claims_of(&answer.jwt)["idtoken"]["age_over_18"].clone()
    };
    stage.world.clock.advance(Duration::from_secs(15 * 3600 - 1));
    assert_eq!(of_age().await, false, "one second before midnight");
    stage.world.clock.advance(Duration::from_secs(1));
    assert_eq!(of_age().await, true, "midnight in UTC");
}

#[tokio::test]
async fn a_scope_of_which_the_credential_says_nothing_is_not_granted() {
    let stage = Stage::new().await;
    let session = stage.begin_for(&["identity:photo", "identity:name"]).await;
    let answer = stage.verify(stage.approval(&session)).await.expect("an identity");
    let claims = claims_of(&answer.jwt);
    assert_eq!(claims["scope"], "identity:name");
    assert!(!claims["idtoken"].as_object().unwrap().contains_key("photoBase64"));
}

#[tokio::test]
async fn the_hash_lets_the_service_tell_our_answer_from_a_forged_one() {
    let stage = Stage::new().await;
    let session = stage.begin().await;
    let answer = stage.verify(stage.approval(&session)).await.expect("an identity");
    assert_eq!(answer.random, session.random);
    let key = base64url::decode(&stage.service.response_key.reveal()).unwrap();
    let text = format!("{}|{}|{}", session.session_id, answer.jwt, session.random);
    assert_eq!(
        answer.hash,
        base64url::encode(&hash::hmac_sha256(&key, text.as_bytes()))
    );

    let id = stage.service.service.id.as_str();
    let provider = &stage.world.provider;
    let rotated = service::rotate(
        provider,
        id,
        service::Rotation::ResponseKey,
        countersign_core::x1280::lifetime::Lifetime::default(),
        "test",
    );
    rotated.await.expect("a rotation");
    let session = stage.begin().await;
    let answer = stage.verify(stage.approval(&session)).await.expect("an identity");
    let text = format!("{}|{}|{}", session.session_id, answer.jwt, session.random);
    assert_ne!(
        answer.hash,
        base64url::encode(&hash::hmac_sha256(&key, text.as_bytes())),
        "the old key is of no use"
    );
}

#[tokio::test]
async fn identities_have_keys_of_their_own_es256_alone() {
    let stage = Stage::new().await;
    let keys = identity_jwks(&stage.world.provider).await.expect("keys");
    assert_eq!(keys.keys().len(), 1, "made when it is first asked for");
    for jwk in keys.keys() {
        let jwk = serde_json::to_value(jwk).unwrap();
        assert_eq!((&jwk["alg"], &jwk["use"]), (&json!("ES256"), &json!("sig")));
        assert_eq!(jwk.get("d"), None, "no private half");
    }
    assert_eq!(identity_jwks(&stage.world.provider).await.expect("keys"), keys);
    let ring = stage.world.provider.keys();
    let now = stage.world.now();
    for purpose in [KeyPurpose::Oidc, KeyPurpose::Credential, KeyPurpose::Push] {
        for key in ring.published(purpose, now) {
            assert!(keys.find(&key.kid).is_none(), "{purpose:?} has other keys");
        }
    }
}
