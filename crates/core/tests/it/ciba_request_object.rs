//! Signed authentication requests (CIBA Core §7.1.1, FAPI-CIBA §5.2.2), and the short form of the old tools
//! (onesid.md §6.2).

use crate::attack_list::Good;
use crate::scene::{HINT, Scene, handmade, merge, parameters, unlimited, with};
use crate::support::refused;
use countersign_core::Outcome;
use countersign_core::client::authenticate::Endpoint;
use countersign_jose::{Algorithm, KeyType};
use countersign_protocol::ErrorCode;
use countersign_protocol::ciba::{AuthenticationAnswer, AuthenticationRequest};
use countersign_testkit::{Party, fresh_jti};
use serde_json::{Value, json};

const PROFILES: [&str; 3] = ["onesid", "standard", "fapi_ciba"];

async fn send(scene: &Scene, client: &Party, request: String) -> Outcome<AuthenticationAnswer> {
    let none = AuthenticationRequest::default();
    scene
        .world
        .start_with(client, Endpoint::Backchannel, Some(request), none)
        .await
}

fn claims(scene: &Scene, client: &Party, changes: &Value) -> Value {
    let mut claims = client.request_claims(&scene.world.issuer(), scene.world.now(), &parameters());
    merge(&mut claims, changes);
    claims
}

#[tokio::test]
async fn every_attack_on_a_signed_request_is_refused_in_every_profile() {
    let scene = Scene::with(unlimited()).await;
    for profile in PROFILES {
        let client = scene.client(profile).await;
        let good = Good {
            key: &client.key,
            algorithm: client.algorithm,
            header: json!({ "typ": "JWT" }),
            claims: claims(&scene, &client, &json!({})),
        };
        for (attack, token) in good.envelope().into_iter().chain(good.claims()) {
            let outcome = send(&scene, &client, token).await;
            assert!(outcome.is_err(), "{profile}: {attack} was accepted");
            assert_eq!(refused(outcome), ErrorCode::InvalidRequest, "{profile}: {attack}");
        }
        send(&scene, &client, good.token()).await.expect(profile);
    }
}

#[tokio::test]
async fn a_request_without_or_with_a_wrong_iss_aud_exp_iat_nbf_or_jti_is_invalid_request() {
    let scene = Scene::with(unlimited()).await;
    let now = scene.world.now().unix();
    let minutes = |minutes: i64| now + minutes * 60;
    let table = [
        ("aud is missing", json!({ "aud": null })),
        ("iss is missing", json!({ "iss": null })),
        ("exp is missing", json!({ "exp": null })),
        ("iat is missing", json!({ "iat": null })),
        ("nbf is missing", json!({ "nbf": null })),
        ("jti is missing", json!({ "jti": null })),
        ("aud is bad", json!({ "aud": "https://other.example/oidc" })),
        ("iss is bad", json!({ "iss": "another" })),
        ("iss is empty", json!({ "iss": "" })),
        ("exp is past", json!({ "exp": minutes(-5) })),
        ("exp is 70 minutes ahead", json!({ "exp": minutes(70) })),
        (
            "nbf is 10 minutes ahead",
            json!({ "nbf": minutes(10), "exp": minutes(15) }),
        ),
        ("nbf is 70 minutes past", json!({ "nbf": minutes(-70) })),
        (
            "iat is 10 minutes ahead",
            json!({ "iat": minutes(10), "exp": minutes(15) }),
        ),
        ("nbf is a string", json!({ "nbf": now.to_string() })),
        ("jti is empty", json!({ "jti": "" })),
        ("jti is a number", json!({ "jti": 1 })),
        ("jti is too long", json!({ "jti": "x".repeat(201) })),
        ("scope is missing", json!({ "scope": null })),
        ("scope is a list", json!({ "scope": ["openid"] })),
        ("client_id is another's", json!({ "client_id": "another" })),
        ("it holds a request", json!({ "request": "x" })),
        (
            "it holds a request_uri",
            json!({ "request_uri": "https://attacker.example/request" }),
        ),
    ];
    for profile in PROFILES {
        let client = scene.client(profile).await;
        for (name, changes) in &table {
            let token = client.sign(&json!({ "typ": "JWT" }), &claims(&scene, &client, changes));
            let outcome = send(&scene, &client, token).await;
            assert!(outcome.is_err(), "{profile}: {name} was accepted");
            assert_eq!(refused(outcome), ErrorCode::InvalidRequest, "{profile}: {name}");
        }
    }
}

#[tokio::test]
async fn what_the_specifications_leave_open_is_accepted() {
    let scene = Scene::with(unlimited()).await;
    let (now, issuer) = (scene.world.now().unix(), scene.world.issuer());
    let table = [
        ("exp is an hour after nbf", json!({ "exp": now + 3600 })),
        ("nbf is 50 minutes past", json!({ "nbf": now - 3000 })),
        (
            "aud is the backchannel endpoint",
            json!({ "aud": format!("{issuer}/backchannel") }),
        ),
        ("aud is a list of one", json!({ "aud": [issuer] })),
        (
            "aud is a list with another",
            json!({ "aud": ["https://other.example", issuer] }),
        ),
        ("sub is missing", json!({ "sub": null })),
        ("an unknown claim", json!({ "user_device": "mobile" })),
        ("a null claim", json!({ "acr_values": null })),
        (
            "the scope in another order",
            json!({ "scope": "profile offline_access openid" }),
        ),
        ("requested_expiry is a number", json!({ "requested_expiry": 300 })),
        (
            "requested_expiry is a string",
            json!({ "requested_expiry": "300" }),
        ),
    ];
    for profile in PROFILES {
        let client = scene.client(profile).await;
        for (name, changes) in &table {
            let token = client.sign(&json!({}), &claims(&scene, &client, changes));
            let outcome = send(&scene, &client, token).await;
            assert!(outcome.is_ok(), "{profile}: {name}: {:?}", outcome.err());
        }
        let own_id = client.sign(
            &json!({}),
            &claims(&scene, &client, &json!({ "client_id": client.client_id })),
        );
        send(&scene, &client, own_id).await.expect(profile);
    }
}

#[tokio::test]
async fn the_type_of_a_request_is_read_in_any_case() {
    let scene = Scene::with(unlimited()).await;
    let client = scene.client("fapi_ciba").await;
    for typ in [
        "JWT",
        "oauth-authz-req+jwt",
        "OAuth-Authz-Req+JWT",
        "oAUTH-aUTHZ-rEQ+jwt",
        "application/oauth-authz-req+jwt",
    ] {
        let token = client.sign(&json!({ "typ": typ }), &claims(&scene, &client, &json!({})));
        send(&scene, &client, token).await.expect(typ);
    }
}

#[tokio::test]
async fn times_of_a_request_hold_up_to_the_tolerance_of_a_minute_and_not_beyond() {
    let scene = Scene::with(unlimited()).await;
    let now = scene.world.now().unix();
    let table = [
        ("exp 59 s ago", json!({ "exp": now - 59, "nbf": now - 300 }), true),
        (
            "exp 60 s ago",
            json!({ "exp": now - 60, "nbf": now - 300 }),
            false,
        ),
        ("nbf in 60 s", json!({ "nbf": now + 60 }), true),
        ("nbf in 61 s", json!({ "nbf": now + 61 }), false),
        ("iat in 60 s", json!({ "iat": now + 60 }), true),
        ("iat in 61 s", json!({ "iat": now + 61 }), false),
        ("exp 3660 s after nbf", json!({ "exp": now + 3660 }), true),
        ("exp 3661 s after nbf", json!({ "exp": now + 3661 }), false),
    ];
    for profile in PROFILES {
        let client = scene.client(profile).await;
        for (name, changes, good) in &table {
            let token = client.sign(&json!({}), &claims(&scene, &client, changes));
            assert_eq!(
                send(&scene, &client, token).await.is_ok(),
                *good,
                "{profile}: {name}"
            );
        }
    }
}

#[tokio::test]
async fn a_signed_request_is_used_once() {
    let scene = Scene::with(unlimited()).await;
    for profile in PROFILES {
        let client = scene.client(profile).await;
        let request = client.sign(&json!({}), &claims(&scene, &client, &json!({})));
        send(&scene, &client, request.clone()).await.expect(profile);
        let again = send(&scene, &client, request).await;
        assert_eq!(refused(again), ErrorCode::InvalidRequest, "{profile}");
    }
}

#[tokio::test]
async fn a_request_signed_by_another_client_is_refused() {
    let scene = Scene::new().await;
    for profile in PROFILES {
        let (client, other) = (scene.client(profile).await, scene.client(profile).await);
        let forged = other.sign(&json!({}), &claims(&scene, &client, &json!({})));
        assert_eq!(
            refused(send(&scene, &client, forged).await),
            ErrorCode::InvalidRequest,
            "{profile}"
        );
        let foreign = other.sign(&json!({}), &claims(&scene, &other, &json!({})));
        assert_eq!(
            refused(send(&scene, &client, foreign).await),
            ErrorCode::InvalidRequest,
            "{profile}"
        );
    }
}

#[tokio::test]
async fn who_must_sign_the_request_may_not_send_plain_parameters() {
    let scene = Scene::with(unlimited()).await;
    let registered =
        json!({ "profile": "standard", "backchannel_authentication_request_signing_alg": "ES256" });
    let registered = scene.world.service(KeyType::P256, &registered).await;
    let table = [
        ("onesid", scene.client("onesid").await, false),
        ("fapi_ciba", scene.client("fapi_ciba").await, false),
        ("standard with a registered algorithm", registered, false),
        ("standard", scene.client("standard").await, true),
    ];
    for (name, client, good) in table {
        let plain = scene.world.start_plain(&client, &parameters()).await;
        assert_eq!(plain.is_ok(), good, "{name}");
        if let Err(failure) = plain {
            assert_eq!(refused::<()>(Err(failure)), ErrorCode::InvalidRequest, "{name}");
        }
        scene.world.start(&client, &parameters()).await.expect(name);
    }
}

#[tokio::test]
async fn parameters_beside_the_signed_request_are_ignored() {
    let scene = Scene::new().await;
    scene.world.person("somebody.else@OnesID1").await;
    let client = scene.client("standard").await;
    let request = client.sign(&json!({}), &claims(&scene, &client, &json!({})));
    let beside = json!({ "login_hint": "somebody.else@OnesID1", "binding_message": "Pay 1000", "scope": "openid contact" });
    let beside = serde_json::from_value(beside).unwrap();
    scene
        .world
        .start_with(&client, Endpoint::Backchannel, Some(request), beside)
        .await
        .unwrap();
    let item = scene.items().await.pop().unwrap();
    assert_eq!(item.binding_message.as_deref(), Some("Code A-7"));
    assert_eq!(item.scopes.unwrap(), ["openid", "offline_access", "profile"]);
}

#[tokio::test]
async fn the_phone_is_told_whether_a_key_vouches_for_the_request() {
    let scene = Scene::with(unlimited()).await;
    let client = scene.client("standard").await;
    scene.world.start_plain(&client, &parameters()).await.unwrap();
    assert!(!scene.items().await.pop().unwrap().application.verified);
    let (_, item) = scene.asked(&client, &parameters()).await;
    assert!(item.application.verified);
}

#[tokio::test]
async fn the_registered_algorithm_and_the_profiles_algorithms_bind_requests() {
    let scene = Scene::with(unlimited()).await;
    let member = "backchannel_authentication_request_signing_alg";
    let table = [
        ("fapi_ciba", KeyType::Rsa2048, None, Algorithm::Ps256, true),
        ("fapi_ciba", KeyType::Rsa2048, None, Algorithm::Rs256, false),
        ("fapi_ciba", KeyType::P256, None, Algorithm::Es256, true),
        (
            "standard",
            KeyType::Rsa2048,
            Some("PS256"),
            Algorithm::Ps256,
            true,
        ),
        (
            "standard",
            KeyType::Rsa2048,
            Some("PS256"),
            Algorithm::Rs256,
            false,
        ),
        ("standard", KeyType::Rsa2048, None, Algorithm::Ps256, true),
        ("standard", KeyType::Rsa2048, None, Algorithm::Rs256, true),
        ("standard", KeyType::P384, Some("ES384"), Algorithm::Es384, true),
        (
            "standard",
            KeyType::Ed25519,
            Some("EdDSA"),
            Algorithm::EdDsa,
            true,
        ),
    ];
    for (profile, key_type, registered, algorithm, good) in table {
        let mut metadata = json!({ "profile": profile });
        if let Some(word) = registered {
            metadata[member] = json!(word);
        }
        let client = scene.world.service(key_type, &metadata).await;
        let header = json!({ "alg": algorithm.name() }).to_string();
        let payload = claims(&scene, &client, &json!({})).to_string();
        let request = handmade(&header, payload.as_bytes(), &client.key, algorithm);
        // The assertion beside it is always good: only the request is at stake.
        let good_alg = if profile == "fapi_ciba" && key_type == KeyType::Rsa2048 {
            Algorithm::Ps256
        } else {
            client.algorithm
        };
        let client = Party {
            algorithm: good_alg,
            ..client
        };
        let outcome = send(&scene, &client, request).await;
        assert_eq!(
            outcome.is_ok(),
            good,
            "{profile} {registered:?} {algorithm}: {:?}",
            outcome.err()
        );
    }
}

#[tokio::test]
async fn an_encrypted_request_is_told_that_requests_are_only_signed() {
    let scene = Scene::new().await;
    let client = scene.client("standard").await;
    let refusal = send(&scene, &client, "e30.AA.AA.AA.AA".to_owned())
        .await
        .err()
        .unwrap()
        .to_string();
    assert!(
        refusal.starts_with("invalid_request") && refusal.contains("encrypted"),
        "{refusal}"
    );
}

/// The short form: the header has the times, the claims are these and no more.
fn short_form(scene: &Scene, client: &Party, changes: &Value) -> String {
    let now = scene.world.now().unix();
    let mut claims = json!({
        "login_hint_token": HINT, "scope": "openid contact profile", "acr_values": "poll", "iss": client.client_id,
        "aud": format!("{}/bc-authorize", scene.world.issuer()), "exp": now + 300, "binding_message": "Authorize Login",
    });
    merge(&mut claims, changes);
    let header = format!(
        r#"{{"alg": "RS256", "typ": "JWT", "exp": {}, "nbf": {}, "iat": {now}}}"#,
        now + 300,
        now - 5
    );
    handmade(
        &header,
        claims.to_string().as_bytes(),
        &client.key,
        client.algorithm,
    )
}

#[tokio::test]
async fn the_short_form_of_the_old_tools_works_on_bc_authorize() {
    let scene = Scene::with(unlimited()).await;
    for key_type in [KeyType::Rsa2048, KeyType::P256, KeyType::P521] {
        let device = scene.world.device(key_type).await;
        let request = short_form(&scene, &device, &json!({}));
        let none = AuthenticationRequest::default();
        let started = scene
            .world
            .start_with(&device, Endpoint::BcAuthorize, Some(request), none)
            .await
            .unwrap();
        assert_eq!((started.expires_in, started.interval), (600, Some(3)));
        let item = scene.items().await.pop().unwrap();
        assert_eq!(item.binding_message.as_deref(), Some("Authorize Login"));
        scene.decide(&item, "approved", json!({})).await.unwrap();
        let tokens = scene.world.poll(&device, &started.auth_req_id).await.unwrap();
        assert_eq!(
            tokens.scope.as_deref(),
            Some("openid contact profile"),
            "{key_type}"
        );
    }
}

#[tokio::test]
async fn the_short_form_is_for_devices_on_bc_authorize_only_and_still_checked() {
    let scene = Scene::with(unlimited()).await;
    let now = scene.world.now().unix();
    let device = scene.client("onesid").await;
    let legacy = Endpoint::BcAuthorize;
    let table = [
        ("at backchannel", Endpoint::Backchannel, json!({})),
        ("without iss", legacy, json!({ "iss": null })),
        ("without aud", legacy, json!({ "aud": null })),
        ("without exp", legacy, json!({ "exp": null })),
        ("expired", legacy, json!({ "exp": now - 60 })),
        ("longer than five minutes", legacy, json!({ "exp": now + 361 })),
        ("a foreign aud", legacy, json!({ "aud": "https://other.example" })),
        ("an empty jti", legacy, json!({ "jti": "" })),
        ("iat is in the future", legacy, json!({ "iat": now + 61 })),
    ];
    for (name, endpoint, changes) in table {
        let request = short_form(&scene, &device, &changes);
        let none = AuthenticationRequest::default();
        let outcome = scene
            .world
            .start_with(&device, endpoint, Some(request), none)
            .await;
        assert!(outcome.is_err(), "{name} was accepted");
        assert_eq!(refused(outcome), ErrorCode::InvalidRequest, "{name}");
    }
    for hint in ["no.body@OnesID1", "abc"] {
        let request = short_form(&scene, &device, &json!({ "login_hint_token": hint }));
        let none = AuthenticationRequest::default();
        let outcome = scene.world.start_with(&device, legacy, Some(request), none).await;
        assert_eq!(refused(outcome), ErrorCode::UnknownUserId, "{hint}");
    }
}

#[tokio::test]
async fn the_strict_profiles_have_no_short_form() {
    let scene = Scene::with(unlimited()).await;
    for profile in ["standard", "fapi_ciba"] {
        let client = scene.client(profile).await;
        let whole = claims(&scene, &client, &json!({}));
        let mut short = whole.clone();
        merge(&mut short, &json!({ "iat": null, "nbf": null, "jti": null }));
        for (claims, good) in [(short, false), (whole, true)] {
            let request = client.sign(&json!({}), &claims);
            let none = AuthenticationRequest::default();
            let outcome = scene
                .world
                .start_with(&client, Endpoint::BcAuthorize, Some(request), none)
                .await;
            assert_eq!(outcome.is_ok(), good, "{profile}: {:?}", outcome.err());
        }
    }
}

#[tokio::test]
async fn a_username_in_login_hint_token_is_for_bc_authorize_only() {
    let scene = Scene::with(unlimited()).await;
    let device = scene.client("onesid").await;
    let changes = json!({ "login_hint": null, "login_hint_token": HINT });
    let at_backchannel = scene.world.start(&device, &with(&changes)).await;
    assert_eq!(refused(at_backchannel), ErrorCode::UnknownUserId);
    let service = scene.client("standard").await;
    let mut request = service.request_claims(&scene.world.issuer(), scene.world.now(), &with(&changes));
    request["jti"] = json!(fresh_jti());
    let request = service.sign(&json!({}), &request);
    let none = AuthenticationRequest::default();
    let strict = scene
        .world
        .start_with(&service, Endpoint::BcAuthorize, Some(request), none)
        .await;
    assert_eq!(refused(strict), ErrorCode::UnknownUserId);
}
