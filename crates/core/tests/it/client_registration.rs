//! Client metadata (RFC 7591 §2, CIBA Core §4): what is accepted, what is filled in, and what is refused with which
//! advice.

use crate::support::refused;
use countersign_core::client::{ClientKind, GrantType, Profile, Registration, add, disable};
use countersign_core::failure::Refusal;
use countersign_core::id::ClientId;
use countersign_core::time::Duration;
use countersign_jose::{Algorithm, KeyType, PrivateKey};
use countersign_protocol::ErrorCode;
use countersign_protocol::ciba::DeliveryMode;
use countersign_protocol::client::ClientMetadata;
use countersign_testkit::World;
use serde_json::{Value, json};

fn jwk(key_type: KeyType) -> Value {
    serde_json::to_value(PrivateKey::generate(key_type).unwrap().public().jwk()).unwrap()
}

fn with(mut jwk: Value, member: &str, value: &str) -> Value {
    jwk[member] = json!(value);
    jwk
}

/// Metadata with a name and one P-256 key, changed by the given members.
fn metadata(changes: &Value) -> ClientMetadata {
    let mut members = json!({ "client_name": "Shop", "jwks": { "keys": [jwk(KeyType::P256)] } });
    for (name, value) in changes.as_object().unwrap() {
        members[name] = value.clone();
    }
    serde_json::from_value(members).unwrap()
}

fn accepted(changes: &Value) -> Registration {
    Registration::validate(metadata(changes)).unwrap_or_else(|refusal| panic!("{changes}: {refusal}"))
}

fn refusal_of(changes: &Value) -> Refusal {
    Registration::validate(metadata(changes))
        .err()
        .unwrap_or_else(|| panic!("{changes} was accepted"))
}

#[test]
fn absent_members_take_their_documented_defaults() {
    let registration = accepted(&json!({}));
    assert_eq!(registration.profile, Profile::Standard);
    assert_eq!(
        registration.grant_types,
        [GrantType::Ciba, GrantType::RefreshToken]
    );
    assert_eq!(registration.scope, None);
    assert_eq!(registration.assertion_alg, None);
    assert_eq!(registration.request_object_alg, None);
    assert_eq!(registration.id_token_alg, Algorithm::Rs256);
    assert_eq!(registration.delivery_mode, DeliveryMode::Poll);
    assert_eq!(registration.verification_mode.as_str(), "none");
    assert!(!registration.hide_unknown_users);
    assert_eq!(registration.host, None);
}

#[test]
fn a_fapi_client_signs_everything_and_gets_es256() {
    let registration = accepted(&json!({ "profile": "fapi_ciba" }));
    assert_eq!(registration.request_object_alg, Some(Algorithm::Es256));
    assert_eq!(registration.id_token_alg, Algorithm::Es256);
    let rsa = json!({ "profile": "fapi_ciba", "jwks": { "keys": [jwk(KeyType::Rsa2048)] } });
    assert_eq!(accepted(&rsa).request_object_alg, Some(Algorithm::Ps256));
    assert_eq!(accepted(&rsa).allowed_algorithms(), "PS256");
}

#[test]
fn allowed_algorithms_are_those_that_a_key_and_the_profile_share() {
    let both = json!({ "jwks": { "keys": [jwk(KeyType::Rsa2048), jwk(KeyType::P384)] } });
    assert_eq!(accepted(&both).allowed_algorithms(), "RS256, PS256, ES384");
    let labelled = json!({ "jwks": { "keys": [with(jwk(KeyType::Rsa2048), "alg", "PS256")] } });
    assert_eq!(accepted(&labelled).allowed_algorithms(), "PS256");
    let pinned =
        json!({ "jwks": { "keys": [jwk(KeyType::Rsa2048)] }, "token_endpoint_auth_signing_alg": "PS256" });
    assert_eq!(accepted(&pinned).allowed_algorithms(), "PS256");
}

#[test]
fn a_service_of_x1280_has_no_grants_and_needs_no_key() {
    let bare = accepted(&json!({ "profile": "x1280", "jwks": null }));
    assert!(bare.keys.is_empty() && bare.grant_types.is_empty());
    assert_eq!(bare.allowed_algorithms(), "");
    let id = ClientId::parse("shop").unwrap();
    let text = accepted(&json!({ "profile": "x1280", "jwks": null, "client_id": "shop" })).text;
    assert!(Registration::stored(&id, &text).unwrap().keys.is_empty());
    let with_key = accepted(&json!({ "profile": "x1280", "grant_types": [] }));
    assert_eq!(with_key.keys.len(), 1);
    assert_each_is_refused(&[
        (
            json!({ "profile": "x1280", "grant_types": ["client_credentials"] }),
            "has no grant_types",
        ),
        (json!({ "profile": "x1280", "jwks": {} }), "jwks: a JWK Set"),
    ]);
}

#[test]
fn the_name_is_the_client_id_when_there_is_no_other() {
    let registration = accepted(&json!({ "client_name": null, "client_id": "shop" }));
    assert_eq!(registration.name, "shop");
}

#[test]
fn the_host_of_the_home_page_is_kept_in_ascii() {
    let registration = accepted(&json!({ "client_uri": "https://Bücher.example/about" }));
    assert_eq!(registration.host.as_deref(), Some("xn--bcher-kva.example"));
}

#[test]
fn the_stored_text_reads_back_as_the_same_registration() {
    let id = ClientId::parse("shop").unwrap();
    for changes in [
        json!({ "client_id": "shop" }),
        json!({ "profile": "fapi_ciba", "scope": "openid  profile openid", "verification_mode": "transfer" }),
        json!({ "profile": "onesid", "grant_types": ["client_credentials"], "hide_unknown_users": true }),
    ] {
        let first = accepted(&changes);
        let again = Registration::stored(&id, &first.text).unwrap();
        assert_eq!(again.text, first.text);
        assert_eq!((again.profile, &again.name), (first.profile, &first.name));
        assert_eq!(
            (&again.grant_types, &again.scope),
            (&first.grant_types, &first.scope)
        );
        assert_eq!(again.request_object_alg, first.request_object_alg);
        let twice = Registration::validate(again.metadata().clone()).unwrap();
        let text: Value = serde_json::from_str(&first.text).unwrap();
        let twice: Value = serde_json::from_str(&twice.text).unwrap();
        assert_eq!(twice["jwks"], text["jwks"]);
    }
}

#[test]
fn a_stored_text_that_does_not_validate_is_a_fault_that_names_the_row() {
    let id = ClientId::parse("shop").unwrap();
    let other = accepted(&json!({ "client_id": "another" })).text;
    for text in [
        "",
        "[]",
        "{}",
        r#"{"client_name":"Shop"}"#,
        r#"{"colour":"red"}"#,
        &other,
    ] {
        let fault = Registration::stored(&id, text).unwrap_err();
        assert!(
            fault.to_string().contains("table client, row shop"),
            "{text}: {fault}"
        );
    }
}

/// Asserts that each change makes good metadata refusable, with the advice of its row.
#[track_caller]
fn assert_each_is_refused(table: &[(Value, &str)]) {
    for (changes, advice) in table {
        let refusal = refusal_of(changes);
        assert_eq!(refusal.code, ErrorCode::InvalidClientMetadata, "{changes}");
        assert!(refusal.description.contains(advice), "{changes}: {refusal}");
        // RFC 6749 §5.2: %x20-21 / %x23-5B / %x5D-7E.
        let sendable = |byte| (0x20..=0x7e).contains(&byte) && byte != b'"' && byte != b'\\';
        assert!(refusal.description.bytes().all(sendable), "{refusal}");
    }
}

#[test]
fn what_is_not_served_is_refused_with_its_reason() {
    assert_each_is_refused(&[
        (
            json!({ "jwks_uri": "https://shop.example/jwks" }),
            "send the public keys in jwks",
        ),
        (
            json!({ "token_endpoint_auth_method": "client_secret_basic" }),
            "must be private_key_jwt",
        ),
        (
            json!({ "backchannel_user_code_parameter": true }),
            "must be false",
        ),
        (
            json!({ "grant_types": ["authorization_code"] }),
            "no redirect-based sign-in",
        ),
        (
            json!({ "backchannel_token_delivery_mode": "push" }),
            "push is not served",
        ),
        (
            json!({ "backchannel_token_delivery_mode": "ping" }),
            "ping is not served yet",
        ),
        (
            json!({ "backchannel_client_notification_endpoint": "https://shop.example/cb" }),
            "leave it out",
        ),
    ]);
}

#[test]
fn a_member_with_a_value_that_cannot_be_is_refused() {
    assert_each_is_refused(&[
        (json!({ "client_id": "" }), "client_id must be"),
        (json!({ "client_id": "shöp" }), "client_id must be"),
        (json!({ "profile": "legacy" }), "standard, fapi_ciba or onesid"),
        (json!({ "client_uri": "shop.example" }), "client_uri must be"),
        (
            json!({ "client_uri": "javascript:alert(1)" }),
            "client_uri must be",
        ),
        (json!({ "client_name": null }), "client_name is missing"),
        (json!({ "client_name": " " }), "client_name must be"),
        (json!({ "client_name": "Shop\u{202e}" }), "client_name must be"),
        (json!({ "client_name": "x".repeat(101) }), "client_name must be"),
        (json!({ "grant_types": [] }), "grant_types is empty"),
        (json!({ "scope": "openid \"" }), "RFC 6749"),
    ]);
}

#[test]
fn keys_that_nobody_could_use_are_refused() {
    let private = json!({ "keys": [with(jwk(KeyType::P256), "d", "c2VjcmV0")] });
    let encryption = json!({ "keys": [with(jwk(KeyType::P256), "use", "enc")] });
    let twin = || with(jwk(KeyType::P256), "kid", "a");
    let only = |key_type| json!({ "keys": [jwk(key_type)] });
    let rs256 = json!({ "keys": [with(jwk(KeyType::Rsa2048), "alg", "RS256")] });
    assert_each_is_refused(&[
        (json!({ "jwks": null }), "jwks is missing"),
        (json!({ "jwks": {} }), "jwks: a JWK Set"),
        (json!({ "jwks": { "keys": [] } }), "jwks has no key"),
        (json!({ "jwks": private }), "send the public key only"),
        (
            json!({ "jwks": encryption }),
            "check kty, crv, alg, use and key_ops",
        ),
        (json!({ "jwks": { "keys": [twin(), twin()] } }), "the same `kid`"),
        (
            json!({ "profile": "onesid", "jwks": only(KeyType::Ed25519) }),
            "profile onesid",
        ),
        (
            json!({ "profile": "fapi_ciba", "jwks": only(KeyType::P384) }),
            "profile fapi_ciba (PS256, ES256)",
        ),
        (
            json!({ "profile": "fapi_ciba", "jwks": rs256 }),
            "profile fapi_ciba (PS256, ES256)",
        ),
    ]);
}

#[test]
fn an_algorithm_outside_the_profile_or_without_a_key_is_refused() {
    let (assertion, request, id_token) = (
        "token_endpoint_auth_signing_alg",
        "backchannel_authentication_request_signing_alg",
        "id_token_signed_response_alg",
    );
    assert_each_is_refused(&[
        (json!({ assertion: "HS256" }), "must be one of RS256"),
        (json!({ assertion: "none" }), "must be one of RS256"),
        (
            json!({ assertion: "RS256" }),
            "no key of jwks can be used with it",
        ),
        (json!({ request: "ES512" }), "must be one of RS256"),
        (json!({ request: "PS256" }), "no key of jwks can be used with it"),
        (json!({ id_token: "ES384" }), "RS256, ES256 in profile standard"),
        (
            json!({ "profile": "fapi_ciba", assertion: "ES384" }),
            "must be one of PS256, ES256",
        ),
        (
            json!({ "profile": "fapi_ciba", id_token: "RS256" }),
            "must be one of ES256",
        ),
    ]);
}

#[test]
fn a_misspelt_or_redirect_member_is_not_ignored() {
    for member in ["redirect_uris", "response_types", "clientName", "scopes"] {
        let text = json!({ "client_name": "Shop", member: [] }).to_string();
        assert!(serde_json::from_str::<ClientMetadata>(&text).is_err(), "{member}");
    }
}

#[tokio::test]
async fn a_service_is_added_listed_shown_and_disabled() {
    let world = World::new().await;
    let made_up = add::add(&world.provider, metadata(&json!({})), "cli")
        .await
        .unwrap();
    assert_eq!(made_up.kind, ClientKind::Service);
    assert_eq!(
        made_up.registration.metadata().client_id.as_deref(),
        Some(made_up.id.as_str())
    );
    world.clock.advance(Duration::from_secs(1));
    add::add(&world.provider, metadata(&json!({ "client_id": "shop" })), "cli")
        .await
        .unwrap();

    let all = add::list(&world.provider).await.unwrap();
    assert_eq!(
        all.iter().map(|client| client.id.as_str()).collect::<Vec<_>>(),
        [made_up.id.as_str(), "shop"]
    );
    assert_eq!(
        add::show(&world.provider, "shop")
            .await
            .unwrap()
            .registration
            .name,
        "Shop"
    );
    assert_eq!(
        refused(add::show(&world.provider, "nobody").await),
        ErrorCode::NotFound
    );

    disable::disable(&world.provider, "shop", "cli").await.unwrap();
    assert!(
        add::show(&world.provider, "shop")
            .await
            .unwrap()
            .disabled_at
            .is_some()
    );
    assert_eq!(
        refused(disable::disable(&world.provider, "shop", "cli").await),
        ErrorCode::Conflict
    );
    disable::enable(&world.provider, "shop", "cli").await.unwrap();
    assert!(
        add::show(&world.provider, "shop")
            .await
            .unwrap()
            .disabled_at
            .is_none()
    );
}

#[tokio::test]
async fn a_client_id_is_given_once() {
    let world = World::new().await;
    let shop = || metadata(&json!({ "client_id": "shop" }));
    add::add(&world.provider, shop(), "cli").await.unwrap();
    assert_eq!(
        refused(add::add(&world.provider, shop(), "cli").await),
        ErrorCode::Conflict
    );
}

#[tokio::test]
async fn a_device_is_not_disabled_behind_its_back() {
    let world = World::new().await;
    let device = world.device(KeyType::P256).await;
    assert_eq!(
        refused(disable::disable(&world.provider, &device.client_id, "cli").await),
        ErrorCode::Conflict
    );
}
