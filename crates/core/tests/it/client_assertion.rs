//! Client authentication by `private_key_jwt` (RFC 7523 §3) in every profile.

use crate::attack_list::Good;
use crate::scene::{HINT, Scene, handmade, merge, parameters};
use crate::support::refused;
use countersign_core::Outcome;
use countersign_core::ciba::start::{self, StartRequest};
use countersign_core::client::authenticate::{Endpoint, authenticate};
use countersign_core::client::{AuthenticatedClient, disable};
use countersign_core::oidc::{introspect, revoke, token};

use countersign_core::user::IdpRole;
use countersign_jose::{Algorithm, KeyType};
use countersign_protocol::ErrorCode;
use countersign_protocol::ciba::AuthenticationRequest;
use countersign_testkit::{BEGINNING, Party, SoftPhone, World};
use serde_json::json;

const PROFILES: [&str; 3] = ["onesid", "standard", "fapi_ciba"];

pub(crate) async fn present(
    world: &World,
    party: &Party,
    assertion: String,
    endpoint: Endpoint,
) -> Outcome<AuthenticatedClient> {
    authenticate(&world.provider, party.credentials_with(assertion), endpoint).await
}

/// Presents an assertion and spends it, as every use case does.
pub(crate) async fn use_up(world: &World, party: &Party, assertion: &str, endpoint: Endpoint) -> Outcome<()> {
    let caller = present(world, party, assertion.to_owned(), endpoint).await?;
    world.provider.store.write(move |tx| caller.spend(tx)).await
}

#[tokio::test]
async fn every_attack_on_an_assertion_is_refused_in_every_profile() {
    let scene = Scene::new().await;
    for profile in PROFILES {
        let client = scene.client(profile).await;
        let good = Good {
            key: &client.key,
            algorithm: client.algorithm,
            header: json!({ "typ": "JWT" }),
            claims: client.assertion_claims(&scene.world.issuer(), scene.world.now()),
        };
        let more = [
            ("iss is missing", json!({ "iss": null })),
            ("iss is another client", json!({ "iss": "another" })),
            ("sub is missing", json!({ "sub": null })),
            ("sub is another client", json!({ "sub": "another" })),
            (
                "iss and sub differ in case",
                json!({ "iss": client.client_id.to_uppercase() + "X" }),
            ),
            ("jti is missing", json!({ "jti": null })),
            ("jti is empty", json!({ "jti": "" })),
            ("jti is a number", json!({ "jti": 7 })),
            ("jti is too long", json!({ "jti": "x".repeat(256) })),
            ("nbf is in the future", json!({ "nbf": BEGINNING.unix() + 3600 })),
            ("nbf is a string", json!({ "nbf": "now" })),
            ("exp is a day ahead", json!({ "exp": BEGINNING.unix() + 86_400 })),
            ("it is a request with login_hint", json!({ "login_hint": HINT })),
            (
                "it is a request with login_hint_token",
                json!({ "login_hint_token": "x" }),
            ),
            (
                "it is a request with id_token_hint",
                json!({ "id_token_hint": "x" }),
            ),
            (
                "it is a request with binding_message",
                json!({ "binding_message": "x" }),
            ),
        ];
        let more = more
            .iter()
            .map(|(name, changes)| (*name, good.signed_with(changes)));
        for (attack, token) in good.envelope().into_iter().chain(good.claims()).chain(more) {
            let outcome = present(&scene.world, &client, token, Endpoint::Token).await;
            assert!(outcome.is_err(), "{profile}: {attack} was accepted");
            assert_eq!(refused(outcome), ErrorCode::InvalidClient, "{profile}: {attack}");
        }
        use_up(&scene.world, &client, &good.token(), Endpoint::Token)
            .await
            .expect(profile);
    }
}

#[tokio::test]
async fn tokens_of_other_kinds_are_not_taken_for_an_assertion() {
    let scene = Scene::new().await;
    let device = scene.client("onesid").await;
    let request = device.request_object(&scene.world.issuer(), scene.world.now(), &parameters());
    let tokens = scene.tokens(&device, &parameters()).await;
    for (kind, token) in [
        ("request object", request),
        ("ID token", tokens.id_token.unwrap()),
        ("access token", tokens.access_token),
        ("refresh token", tokens.refresh_token.unwrap()),
    ] {
        let outcome = present(&scene.world, &device, token, Endpoint::Token).await;
        assert_eq!(refused(outcome), ErrorCode::InvalidClient, "{kind}");
    }
}

#[tokio::test]
async fn an_assertion_is_not_taken_for_a_request_object() {
    let scene = Scene::new().await;
    for profile in PROFILES {
        let client = scene.client(profile).await;
        let assertion = client.assertion(&scene.world.issuer(), scene.world.now());
        let none = AuthenticationRequest::default();
        let outcome = scene
            .world
            .start_with(&client, Endpoint::Backchannel, Some(assertion), none)
            .await;
        assert_eq!(
            refused(outcome.map(|_| ())),
            ErrorCode::InvalidRequest,
            "{profile}"
        );
    }
}

#[tokio::test]
async fn the_type_is_jwt_in_any_case_or_client_authentication_or_left_out() {
    let scene = Scene::new().await;
    for profile in PROFILES {
        let client = scene.client(profile).await;
        for typ in [
            json!("JWT"),
            json!("jwt"),
            json!("application/jwt"),
            json!("client-authentication+jwt"),
        ] {
            let claims = client.assertion_claims(&scene.world.issuer(), scene.world.now());
            let token = client.sign(&json!({ "typ": typ }), &claims);
            present(&scene.world, &client, token, Endpoint::Token)
                .await
                .expect(profile);
        }
        let claims = client.assertion_claims(&scene.world.issuer(), scene.world.now());
        present(
            &scene.world,
            &client,
            client.sign(&json!({}), &claims),
            Endpoint::Token,
        )
        .await
        .expect(profile);
    }
}

#[tokio::test]
async fn each_profile_takes_its_audiences_and_no_others() {
    let scene = Scene::new().await;
    let at = |path: &str| json!(format!("{}{path}", scene.world.issuer()));
    let all = ["onesid", "standard", "fapi_ciba"];
    let table = [
        (at(""), all.as_slice()),
        (at("/token"), &all),
        (at("/backchannel"), &all),
        (at("/bc-authorize"), &["onesid"]),
        (at("/token/introspection"), &["onesid"]),
        (at("/token/revocation"), &[]),
        (json!(scene.world.provider.host.as_str()), &[]),
        (at("/"), &[]),
        (json!([at("")]), &all),
        (json!([at(""), at("/token")]), &["onesid", "standard"]),
        (json!([at(""), "https://other.example"]), &["onesid", "standard"]),
        (
            json!(["https://other.example", at("/token")]),
            &["onesid", "standard"],
        ),
        (json!(["https://other.example"]), &[]),
    ];
    for profile in all {
        let client = scene.client(profile).await;
        for (audience, takers) in &table {
            let mut claims = client.assertion_claims("", scene.world.now());
            claims["aud"] = audience.clone();
            let token = client.sign(&json!({}), &claims);
            let taken = present(&scene.world, &client, token, Endpoint::Token)
                .await
                .is_ok();
            assert_eq!(taken, takers.contains(&profile), "{profile} {audience}");
        }
    }
}

#[tokio::test]
async fn the_url_of_the_called_endpoint_is_an_audience_there() {
    let scene = Scene::new().await;
    for profile in PROFILES {
        let client = scene.client(profile).await;
        for endpoint in [
            Endpoint::Token,
            Endpoint::Backchannel,
            Endpoint::BcAuthorize,
            Endpoint::Introspection,
            Endpoint::Revocation,
        ] {
            let audience = format!("{}{}", scene.world.issuer(), endpoint.path());
            let token = client.assertion(&audience, scene.world.now());
            let outcome = present(&scene.world, &client, token, endpoint).await;
            assert!(outcome.is_ok(), "{profile} {endpoint:?}");
        }
    }
}

#[tokio::test]
async fn times_hold_up_to_the_tolerance_of_a_minute_and_not_beyond() {
    let scene = Scene::new().await;
    let now = scene.world.now().unix();
    let table = [
        ("exp 59 s ago", json!({ "exp": now - 59 }), true),
        ("exp 60 s ago", json!({ "exp": now - 60 }), false),
        ("exp 61 s ago", json!({ "exp": now - 61 }), false),
        ("nbf in 59 s", json!({ "nbf": now + 59 }), true),
        ("nbf in 60 s", json!({ "nbf": now + 60 }), true),
        ("nbf in 61 s", json!({ "nbf": now + 61 }), false),
        ("iat in 9 s", json!({ "iat": now + 9 }), true),
        ("iat in 60 s", json!({ "iat": now + 60 }), true),
        ("iat in 61 s", json!({ "iat": now + 61 }), false),
        ("exp in an hour and 60 s", json!({ "exp": now + 3660 }), true),
        ("exp in an hour and 61 s", json!({ "exp": now + 3661 }), false),
        ("no iat and no nbf", json!({ "iat": null, "nbf": null }), true),
    ];
    for profile in PROFILES {
        let client = scene.client(profile).await;
        for (name, changes, good) in &table {
            let mut claims = client.assertion_claims(&scene.world.issuer(), scene.world.now());
            merge(&mut claims, changes);
            let token = client.sign(&json!({}), &claims);
            let taken = present(&scene.world, &client, token, Endpoint::Token)
                .await
                .is_ok();
            assert_eq!(taken, *good, "{profile}: {name}");
        }
    }
}

#[tokio::test]
async fn the_record_of_a_jti_outlives_the_assertion_by_the_tolerance() {
    let scene = Scene::new().await;
    let client = scene.client("standard").await;
    let assertion = client.assertion(&scene.world.issuer(), scene.world.now());
    use_up(&scene.world, &client, &assertion, Endpoint::Token)
        .await
        .unwrap();
    scene.wait(300 + 59);
    countersign_core::approval::expire::sweep(&scene.world.provider)
        .await
        .unwrap();
    let again = use_up(&scene.world, &client, &assertion, Endpoint::Token).await;
    assert_eq!(refused(again), ErrorCode::InvalidClient);
}

#[tokio::test]
async fn an_assertion_is_used_once_at_whatever_endpoint() {
    let scene = Scene::new().await;
    let endpoints = [
        Endpoint::Token,
        Endpoint::Backchannel,
        Endpoint::BcAuthorize,
        Endpoint::Introspection,
        Endpoint::Revocation,
    ];
    for profile in PROFILES {
        let client = scene.client(profile).await;
        for first in endpoints {
            let assertion = client.assertion(&scene.world.issuer(), scene.world.now());
            use_up(&scene.world, &client, &assertion, first).await.unwrap();
            for second in endpoints {
                let again = use_up(&scene.world, &client, &assertion, second).await;
                assert_eq!(
                    refused(again),
                    ErrorCode::InvalidClient,
                    "{profile}: {first:?} then {second:?}"
                );
            }
        }
    }
}

#[tokio::test]
async fn of_64_uses_of_one_assertion_at_the_same_moment_one_is_taken() {
    let scene = Scene::new().await;
    let client = scene.client("standard").await;
    let assertion = client.assertion(&scene.world.issuer(), scene.world.now());
    let uses = (0..64).map(|_| use_up(&scene.world, &client, &assertion, Endpoint::Token));
    let outcomes = futures_util::future::join_all(uses).await;
    assert_eq!(outcomes.into_iter().filter(Result::is_ok).count(), 1);
}

#[tokio::test]
async fn the_same_jti_of_two_clients_is_two_assertions() {
    let scene = Scene::new().await;
    let (one, two) = (scene.client("standard").await, scene.client("standard").await);
    for client in [one, two] {
        let mut claims = client.assertion_claims(&scene.world.issuer(), scene.world.now());
        claims["jti"] = json!("the same");
        let token = client.sign(&json!({}), &claims);
        use_up(&scene.world, &client, &token, Endpoint::Token)
            .await
            .unwrap();
    }
}

/// Every use case that refuses has spent the assertion, so that nobody tries again with what they saw.
#[tokio::test]
async fn a_refused_request_has_used_its_assertion_up() {
    let scene = Scene::new().await;
    let client = scene.client("standard").await;
    let provider = &scene.world.provider;
    for use_case in [
        "bad scope",
        "unknown auth_req_id",
        "unknown refresh token",
        "client_credentials",
        "revocation",
    ] {
        let assertion = client.assertion(&scene.world.issuer(), scene.world.now());
        let caller = present(&scene.world, &client, assertion.clone(), Endpoint::Token)
            .await
            .unwrap();
        let now = scene.world.now();
        match use_case {
            "bad scope" => {
                let request = StartRequest {
                    endpoint: Endpoint::Backchannel,
                    request: None,
                    request_uri: false,
                    registration: false,
                    parameters: AuthenticationRequest::default(),
                    origin: countersign_core::approval::open::Origin::default(),
                };
                assert!(start::start(provider, caller, request).await.is_err());
            }
            "unknown auth_req_id" => {
                let polled = countersign_core::ciba::redeem::redeem(provider, caller, "made-up", now).await;
                assert!(polled.is_err());
            }
            "unknown refresh token" => {
                let refreshed =
                    countersign_core::oidc::refresh::refresh(provider, caller, "made-up", None, now).await;
                assert!(refreshed.is_err());
            }
            "client_credentials" => {
                assert!(token::client_credentials(provider, caller, None).await.is_err());
            }
            _ => revoke::revoke(provider, caller, "made-up").await.unwrap(),
        }
        let again = use_up(&scene.world, &client, &assertion, Endpoint::Token).await;
        assert_eq!(refused(again), ErrorCode::InvalidClient, "{use_case}");
    }
}

#[tokio::test]
async fn credentials_that_are_missing_or_disagree_are_refused() {
    let scene = Scene::new().await;
    let (client, other) = (scene.client("standard").await, scene.client("standard").await);
    let good = || client.credentials(&scene.world.issuer(), scene.world.now());
    let changed = |change: fn(&mut countersign_core::client::ClientCredentials, &str)| {
        let mut credentials = good();
        change(&mut credentials, &other.client_id);
        credentials
    };
    let table = [
        (
            "no assertion",
            changed(|credentials, _| credentials.client_assertion = None),
        ),
        (
            "no assertion type",
            changed(|credentials, _| credentials.client_assertion_type = None),
        ),
        (
            "another type",
            changed(|credentials, _| credentials.client_assertion_type = Some("saml2-bearer".into())),
        ),
        (
            "another client_id",
            changed(|credentials, other| credentials.client_id = Some(other.into())),
        ),
        (
            "an unknown client_id",
            changed(|credentials, _| credentials.client_id = Some("nobody".into())),
        ),
        (
            "an empty client_id",
            changed(|credentials, _| credentials.client_id = Some(String::new())),
        ),
        (
            "a client_id with a line end",
            changed(|credentials, _| credentials.client_id = Some("a\nb".into())),
        ),
    ];
    for (name, credentials) in table {
        let outcome = authenticate(&scene.world.provider, credentials, Endpoint::Token).await;
        assert_eq!(refused(outcome), ErrorCode::InvalidClient, "{name}");
    }
    let mut without_id = good();
    without_id.client_id = None;
    let caller = authenticate(&scene.world.provider, without_id, Endpoint::Token)
        .await
        .unwrap();
    assert_eq!(
        caller.client.id.as_str(),
        client.client_id,
        "the assertion names the client as well"
    );
}

#[tokio::test]
async fn a_disabled_client_learns_so_only_after_it_has_proved_its_key() {
    let scene = Scene::new().await;
    let client = scene.client("standard").await;
    disable::disable(&scene.world.provider, &client.client_id, "cli")
        .await
        .unwrap();
    let told = |outcome: Outcome<AuthenticatedClient>| outcome.err().unwrap().to_string();
    let proved = client.authenticated(&scene.world.provider, Endpoint::Token).await;
    assert!(told(proved).contains("disabled"));
    let stranger = Party {
        client_id: client.client_id.clone(),
        ..Party::new("", KeyType::P256)
    };
    let unproved = stranger
        .authenticated(&scene.world.provider, Endpoint::Token)
        .await;
    assert!(!told(unproved).contains("disabled"));
}

#[tokio::test]
async fn a_client_that_is_stopped_after_it_authenticated_gets_nothing() {
    let scene = Scene::new().await;
    let client = scene.client("standard").await;
    let caller = client
        .authenticated(&scene.world.provider, Endpoint::Introspection)
        .await
        .unwrap();
    disable::disable(&scene.world.provider, &client.client_id, "cli")
        .await
        .unwrap();
    let outcome = introspect::introspect(&scene.world.provider, caller, "whatever").await;
    assert_eq!(refused(outcome), ErrorCode::InvalidClient);
}

#[tokio::test]
async fn a_header_must_name_the_registered_algorithm_except_for_devices() {
    let scene = Scene::new().await;
    let table = [
        ("standard", KeyType::Rsa2048, json!({}), Algorithm::Rs256, true),
        ("standard", KeyType::Rsa2048, json!({}), Algorithm::Ps256, true),
        ("standard", KeyType::P384, json!({}), Algorithm::Es384, true),
        ("standard", KeyType::Ed25519, json!({}), Algorithm::EdDsa, true),
        (
            "standard",
            KeyType::Rsa2048,
            json!({ "token_endpoint_auth_signing_alg": "PS256" }),
            Algorithm::Ps256,
            true,
        ),
        (
            "standard",
            KeyType::Rsa2048,
            json!({ "token_endpoint_auth_signing_alg": "PS256" }),
            Algorithm::Rs256,
            false,
        ),
        ("fapi_ciba", KeyType::Rsa2048, json!({}), Algorithm::Ps256, true),
        ("fapi_ciba", KeyType::Rsa2048, json!({}), Algorithm::Rs256, false),
        ("fapi_ciba", KeyType::P256, json!({}), Algorithm::Es256, true),
    ];
    for (profile, key_type, metadata, algorithm, good) in table {
        let mut metadata = metadata;
        metadata["profile"] = json!(profile);
        let mut client = scene.world.service(key_type, &metadata).await;
        client.algorithm = algorithm;
        for endpoint in [Endpoint::Token, Endpoint::Backchannel] {
            let outcome = client.authenticated(&scene.world.provider, endpoint).await;
            assert_eq!(
                outcome.is_ok(),
                good,
                "{profile} {algorithm} {metadata} {endpoint:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_client_with_two_keys_may_use_either_and_a_kid_picks_one() {
    let scene = Scene::new().await;
    let (one, two) = (Party::new("", KeyType::P256), Party::new("", KeyType::P256));
    let jwk = |party: &Party, kid: &str| {
        let mut jwk = serde_json::to_value(party.key.public().jwk()).unwrap();
        jwk["kid"] = json!(kid);
        jwk
    };
    let jwks = json!({ "keys": [jwk(&one, "one"), jwk(&two, "two")] });
    let client = scene
        .world
        .service(KeyType::P256, &json!({ "profile": "standard", "jwks": jwks }))
        .await;
    let table = [
        (&one, json!({}), true),
        (&two, json!({}), true),
        (&two, json!({ "kid": "two" }), true),
        (&two, json!({ "kid": "one" }), false),
        (&two, json!({ "kid": "three" }), false),
    ];
    for (signer, header, good) in table {
        let claims = client.assertion_claims(&scene.world.issuer(), scene.world.now());
        let outcome = present(
            &scene.world,
            &client,
            signer.sign(&header, &claims),
            Endpoint::Token,
        )
        .await;
        assert_eq!(outcome.is_ok(), good, "{header}");
    }
}

#[tokio::test]
async fn a_phone_authenticates_with_its_enrolled_key_and_has_no_quirks() {
    let world = World::new().await;
    let user = world.user(HINT, IdpRole::User).await;
    let phone: SoftPhone = world.phone_of(&user).await;
    phone
        .party
        .authenticated(&world.provider, Endpoint::Token)
        .await
        .unwrap();
    let claims = phone.party.assertion_claims(&world.issuer(), world.now());
    let mislabelled = r#"{"typ":"JWT","alg":"RS256"}"#;
    let token = handmade(
        mislabelled,
        claims.to_string().as_bytes(),
        &phone.party.key,
        phone.party.algorithm,
    );
    let outcome = use_up(&world, &phone.party, &token, Endpoint::Token).await;
    assert_eq!(refused(outcome), ErrorCode::InvalidClient);
}
