//! Which person is meant: the three hints (CIBA Core §7.1), and clients that may not find out who exists.

use crate::attack_list::Good;
use crate::ciba_start::{ALL, BAD, assert_codes, code};
use crate::scene::{HINT, Scene, parameters, unlimited, with};
use crate::support::refused;
use countersign_core::Outcome;
use countersign_core::authenticator::{login_hint_token, revoke};
use countersign_core::keys::KeyPurpose;
use countersign_core::time::Duration;
use countersign_core::user::{IdpRole, disable};
use countersign_jose::{Algorithm, KeyType, UnverifiedJws};
use countersign_protocol::ErrorCode;
use serde_json::{Value, json};

#[tokio::test]
async fn a_login_hint_token_names_its_person_once_and_for_five_minutes() {
    let scene = Scene::with(unlimited()).await;
    let provider = &scene.world.provider;
    let phone = scene.phone.bearer(provider).await.unwrap();
    let fresh = || async { login_hint_token::make(provider, &phone).await.unwrap() };
    let hint = |value: &str| with(&json!({ "login_hint": null, "login_hint_token": value }));
    for profile in ALL {
        let client = scene.client(profile).await;
        let token = fresh().await;
        assert_eq!((token.kind.as_str(), token.expires_in), ("login_hint_token", 300));
        let (_, item) = scene.asked(&client, &hint(&token.value)).await;
        assert_eq!(item.binding_message.as_deref(), Some("Code A-7"), "{profile}");
        let again = code(&scene, &client, &hint(&token.value)).await;
        assert_eq!(again, Some(ErrorCode::ExpiredLoginHintToken), "{profile}: used");
        for foreign in ["made-up", "", " ", &"x".repeat(5000)] {
            let expected = if foreign.is_empty() {
                ErrorCode::InvalidRequest
            } else {
                ErrorCode::UnknownUserId
            };
            assert_eq!(
                code(&scene, &client, &hint(foreign)).await,
                Some(expected),
                "{profile}: {foreign}"
            );
        }
    }
    let client = scene.client("standard").await;
    let (in_time, late) = (fresh().await, fresh().await);
    scene.world.clock.advance(Duration::from_millis(299_999));
    assert_eq!(code(&scene, &client, &hint(&in_time.value)).await, None);
    scene.world.clock.advance(Duration::from_millis(1));
    assert_eq!(
        code(&scene, &client, &hint(&late.value)).await,
        Some(ErrorCode::ExpiredLoginHintToken)
    );
}

#[tokio::test]
async fn of_64_requests_with_one_login_hint_token_one_is_taken() {
    let scene = Scene::with(unlimited()).await;
    let client = scene.client("standard").await;
    let phone = scene.phone.bearer(&scene.world.provider).await.unwrap();
    let token = login_hint_token::make(&scene.world.provider, &phone)
        .await
        .unwrap();
    let request = with(&json!({ "login_hint": null, "login_hint_token": token.value }));
    let outcomes = futures_util::future::join_all((0..64).map(|_| code(&scene, &client, &request))).await;
    assert_eq!(outcomes.iter().filter(|code| code.is_none()).count(), 1);
    assert!(
        outcomes
            .iter()
            .flatten()
            .all(|code| *code == ErrorCode::ExpiredLoginHintToken)
    );
}

#[tokio::test]
async fn a_login_hint_token_of_a_revoked_phone_names_nobody() {
    let scene = Scene::new().await;
    let client = scene.client("standard").await;
    let phone = scene.phone.bearer(&scene.world.provider).await.unwrap();
    let token = login_hint_token::make(&scene.world.provider, &phone)
        .await
        .unwrap();
    revoke::revoke(&scene.world.provider, phone.authenticator.id, "cli")
        .await
        .unwrap();
    let request = with(&json!({ "login_hint": null, "login_hint_token": token.value }));
    assert_eq!(
        code(&scene, &client, &request).await,
        Some(ErrorCode::UnknownUserId)
    );
}

#[tokio::test]
async fn a_request_that_is_refused_for_another_reason_leaves_the_login_hint_token_alone() {
    let scene = Scene::new().await;
    let client = scene.client("standard").await;
    let phone = scene.phone.bearer(&scene.world.provider).await.unwrap();
    let token = login_hint_token::make(&scene.world.provider, &phone)
        .await
        .unwrap();
    let bad = json!({ "login_hint": null, "login_hint_token": token.value, "binding_message": "" });
    assert_eq!(
        code(&scene, &client, &with(&bad)).await,
        Some(ErrorCode::InvalidBindingMessage)
    );
    let good = json!({ "login_hint": null, "login_hint_token": token.value });
    assert_eq!(code(&scene, &client, &with(&good)).await, None);
}

fn id_token_hint(id_token: &str) -> Value {
    with(&json!({ "login_hint": null, "id_token_hint": id_token }))
}

#[tokio::test]
async fn an_id_token_hint_names_its_person_also_after_it_expired() {
    let scene = Scene::with(unlimited()).await;
    for profile in ALL {
        let client = scene.client(profile).await;
        let id_token = scene.tokens(&client, &parameters()).await.id_token.unwrap();
        let (_, item) = scene.asked(&client, &id_token_hint(&id_token)).await;
        scene.decide(&item, "approved", json!({})).await.unwrap();
        scene.wait(2 * 3600);
        assert_eq!(
            code(&scene, &client, &id_token_hint(&id_token)).await,
            None,
            "{profile}"
        );
    }
}

#[tokio::test]
async fn an_id_token_hint_that_is_not_ours_for_this_client_is_invalid_request() {
    let scene = Scene::with(unlimited()).await;
    let (client, other) = (scene.client("standard").await, scene.client("standard").await);
    let id_token = scene.tokens(&client, &parameters()).await.id_token.unwrap();
    assert_eq!(
        code(&scene, &other, &id_token_hint(&id_token)).await,
        BAD,
        "another client's"
    );

    let ring = scene.world.provider.keys();
    let signer = ring
        .signer(KeyPurpose::Oidc, Algorithm::Rs256, scene.world.now())
        .unwrap();
    let good = Good {
        key: &signer.private,
        algorithm: Algorithm::Rs256,
        header: json!({ "typ": "JWT", "kid": signer.kid }),
        claims: UnverifiedJws::parse(&id_token)
            .unwrap()
            .unverified_claims()
            .unwrap(),
    };
    let claims = [
        ("iss is another", json!({ "iss": "https://other.example" })),
        ("iss is missing", json!({ "iss": null })),
        ("aud is another", json!({ "aud": other.client_id })),
        ("aud is missing", json!({ "aud": null })),
        (
            "aud has a member that is no string",
            json!({ "aud": [client.client_id, 7] }),
        ),
        ("sub is missing", json!({ "sub": null })),
        ("sub is no user id", json!({ "sub": HINT })),
    ];
    let claims = claims
        .iter()
        .map(|(name, changes)| (*name, good.signed_with(changes)));
    let unnamed = countersign_jose::sign(good.key, good.algorithm, &json!({}), &good.claims).unwrap();
    for (attack, token) in good
        .envelope()
        .into_iter()
        .chain(claims)
        .chain([("kid is missing", unnamed)])
    {
        // As a plain parameter: a signed request of a megabyte would be refused for its own size.
        let outcome = scene.world.start_plain(&client, &id_token_hint(&token)).await;
        assert!(outcome.is_err(), "{attack} was accepted");
        assert_eq!(refused(outcome), ErrorCode::InvalidRequest, "{attack}");
    }
    assert_eq!(code(&scene, &client, &id_token_hint(&good.token())).await, None);
    let nobody = good.signed_with(&json!({ "sub": "3f0c9f3e-0000-4000-8000-000000000000" }));
    assert_eq!(
        code(&scene, &client, &id_token_hint(&nobody)).await,
        Some(ErrorCode::UnknownUserId)
    );
}

#[tokio::test]
async fn a_client_that_hides_people_cannot_tell_an_unknown_one_from_one_who_waits() {
    let scene = Scene::new().await;
    let metadata = json!({ "profile": "standard", "hide_unknown_users": true });
    let client = scene.world.service(KeyType::P256, &metadata).await;
    scene.world.user("dis.abled@OnesID1", IdpRole::User).await;
    disable::disable(&scene.world.provider, "dis.abled@OnesID1", "cli")
        .await
        .unwrap();
    let mut answers = Vec::new();
    for hint in [HINT, "no.body@OnesID1", "dis.abled@OnesID1", "no name at all"] {
        // More often than a person may be asked: the limits must not tell either.
        for _ in 0..7 {
            let started = scene
                .world
                .start(&client, &with(&json!({ "login_hint": hint })))
                .await;
            let started = started.unwrap_or_else(|failure| panic!("{hint}: {failure}"));
            let shape = (
                started.expires_in,
                started.interval,
                started.verification.is_some(),
                started.auth_req_id.len(),
            );
            answers.push((shape, started.auth_req_id));
        }
    }
    assert!(answers.iter().all(|(shape, _)| *shape == answers[0].0));
    assert_eq!(
        scene.items().await.len(),
        1,
        "the person is not asked more often than the limits allow"
    );
    let last = [&answers[6].1, &answers[13].1, &answers[20].1, &answers[27].1];
    for id in last {
        assert_eq!(
            refused(scene.world.poll(&client, id).await),
            ErrorCode::AuthorizationPending
        );
    }
    scene.wait(600);
    for id in last {
        assert_eq!(
            refused(scene.world.poll(&client, id).await),
            ErrorCode::ExpiredToken
        );
    }
}

#[tokio::test]
async fn exactly_one_hint_is_sent_and_an_empty_one_is_none() {
    let scene = Scene::with(unlimited()).await;
    let table = [
        ("no hint", json!({ "login_hint": null }), BAD),
        ("an empty hint", json!({ "login_hint": "" }), BAD),
        ("two hints", json!({ "login_hint_token": "x" }), BAD),
        (
            "two others",
            json!({ "login_hint": null, "login_hint_token": "x", "id_token_hint": "y" }),
            BAD,
        ),
        (
            "three hints",
            json!({ "login_hint_token": "x", "id_token_hint": "y" }),
            BAD,
        ),
        (
            "one hint and two empty ones",
            json!({ "login_hint_token": "", "id_token_hint": "" }),
            None,
        ),
        ("a hint that is a number", json!({ "login_hint": 7 }), BAD),
        (
            "the domain instead of the alias",
            json!({ "login_hint": "user.name@onesid1.com" }),
            None,
        ),
        ("another case", json!({ "login_hint": "USER.Name@ONESID1" }), None),
        (
            "an unknown person",
            json!({ "login_hint": "no.body@OnesID1" }),
            Some(ErrorCode::UnknownUserId),
        ),
        (
            "an unknown organisation",
            json!({ "login_hint": "user.name@other" }),
            Some(ErrorCode::UnknownUserId),
        ),
        (
            "no organisation",
            json!({ "login_hint": "user.name" }),
            Some(ErrorCode::UnknownUserId),
        ),
        (
            "a user id",
            json!({ "login_hint": scene.user.id.to_string() }),
            Some(ErrorCode::UnknownUserId),
        ),
    ];
    assert_codes(&scene, &ALL, &table).await;
}

#[tokio::test]
async fn a_disabled_person_looks_like_one_who_does_not_exist() {
    let scene = Scene::new().await;
    let client = scene.client("standard").await;
    let told = |outcome: Outcome<_>| {
        outcome
            .map(|_: countersign_protocol::ciba::AuthenticationAnswer| ())
            .unwrap_err()
            .to_string()
    };
    let unknown = told(
        scene
            .world
            .start(&client, &with(&json!({ "login_hint": "no.body@OnesID1" })))
            .await,
    );
    disable::disable(&scene.world.provider, HINT, "cli")
        .await
        .unwrap();
    assert_eq!(told(scene.world.start(&client, &parameters()).await), unknown);
}
