//! The quirks of the devices that exist already (onesid.md §4): served for their profile, and for no other.

use crate::client_assertion::use_up;
use crate::scene::{Scene, handmade, merge};
use crate::support::refused;
use countersign_core::client::authenticate::Endpoint;
use countersign_core::policy::Policy;
use countersign_core::time::{Duration, Timestamp};
use countersign_jose::{KeyType, base64url};
use countersign_protocol::ErrorCode;
use countersign_testkit::{Party, World, fresh_jti};
use serde_json::{Value, json};

/// The shape of the old Python tools: times in the header, `alg` always RS256, no `nbf` claim, JSON with spaces.
fn python_shape(party: &Party, audience: &str, now: Timestamp, jti: &str) -> String {
    let (iat, exp) = (now.unix(), now.unix() + 300);
    let header = format!(
        r#"{{"alg": "RS256", "typ": "JWT", "exp": {exp}, "nbf": {}, "iat": {iat}}}"#,
        iat - 5
    );
    let id = &party.client_id;
    let payload = format!(
        r#"{{"iss": "{id}", "sub": "{id}", "aud": "{audience}", "jti": "{jti}", "iat": {iat}, "exp": {exp}}}"#
    );
    handmade(&header, payload.as_bytes(), &party.key, party.algorithm)
}

/// The shape of the published Rust crate: `nbf` is `iat`, and `"scope": null`.
fn rust_shape(party: &Party, audience: &str, now: Timestamp, label: &str) -> String {
    let mut claims = party.assertion_claims(audience, now);
    claims["scope"] = Value::Null;
    let header = format!(r#"{{"typ":"JWT","alg":"{label}"}}"#);
    handmade(
        &header,
        claims.to_string().as_bytes(),
        &party.key,
        party.algorithm,
    )
}

/// The ASN.1 form of a raw ECDSA signature, as a TPM writes it.
fn der(compact: &str) -> String {
    let (input, signature) = compact.rsplit_once('.').unwrap();
    let raw = base64url::decode(signature).unwrap();
    let number = |half: &[u8]| {
        let digits: Vec<u8> = half.iter().copied().skip_while(|byte| *byte == 0).collect();
        let sign = if digits[0] & 0x80 == 0 { vec![] } else { vec![0] };
        let body = [sign, digits].concat();
        [vec![2, u8::try_from(body.len()).unwrap()], body].concat()
    };
    let (r, s) = raw.split_at(raw.len() / 2);
    let body = [number(r), number(s)].concat();
    let length = u8::try_from(body.len()).unwrap();
    let head = if length < 0x80 {
        vec![0x30, length]
    } else {
        vec![0x30, 0x81, length]
    };
    format!("{input}.{}", base64url::encode(&[head, body].concat()))
}

#[tokio::test]
async fn devices_with_all_five_key_types_authenticate_under_any_known_label() {
    let world = World::new().await;
    for key_type in [
        KeyType::Rsa2048,
        KeyType::Rsa3072,
        KeyType::P256,
        KeyType::P384,
        KeyType::P521,
    ] {
        let device = world.device(key_type).await;
        for label in ["RS256", "ES256", "ES384", "ES512", "ES521"] {
            let token = rust_shape(&device, &world.issuer(), world.now(), label);
            use_up(&world, &device, &token, Endpoint::Token)
                .await
                .unwrap_or_else(|refusal| panic!("{key_type} {label}: {refusal}"));
        }
        for label in ["HS256", "PS256", "EdDSA", "none", "rs256"] {
            let token = rust_shape(&device, &world.issuer(), world.now(), label);
            let outcome = use_up(&world, &device, &token, Endpoint::Token).await;
            assert_eq!(refused(outcome), ErrorCode::InvalidClient, "{key_type} {label}");
        }
    }
}

#[tokio::test]
async fn a_tpm_writes_its_signature_in_der_and_only_devices_may() {
    let scene = Scene::new().await;
    for key_type in [KeyType::P256, KeyType::P384, KeyType::P521] {
        let device = scene.world.device(key_type).await;
        let token = der(&rust_shape(
            &device,
            &scene.world.issuer(),
            scene.world.now(),
            "RS256",
        ));
        use_up(&scene.world, &device, &token, Endpoint::Token)
            .await
            .unwrap_or_else(|refusal| panic!("{key_type}: {refusal}"));
    }
    let client = scene.client("standard").await;
    let token = der(&client.assertion(&scene.world.issuer(), scene.world.now()));
    assert_eq!(
        refused(use_up(&scene.world, &client, &token, Endpoint::Token).await),
        ErrorCode::InvalidClient
    );
}

/// Made with `openssl dgst -sha256 -sign` and a P-384 key: what a TPM device sends, in DER and in raw form.
const P384_SHA256: [&str; 2] = [
    "eyJhbGciOiAiUlMyNTYiLCAidHlwIjogIkpXVCIsICJleHAiOiAxNzk1MjUxOTAwLCAibmJmIjogMTc5NTI1MTU5NSwgImlhdCI6IDE3OTUyNTE2MDB9.eyJpc3MiOiAidHBtLWRldmljZSIsICJzdWIiOiAidHBtLWRldmljZSIsICJhdWQiOiAiaHR0cHM6Ly9pZHAuZXhhbXBsZS9vaWRjL3Rva2VuIiwgImp0aSI6ICIzYzFmNGYwZS03ZjJiLTRkNWUtOWQwYS0wMDAwMDAwMDAwMDAiLCAiaWF0IjogMTc5NTI1MTYwMCwgImV4cCI6IDE3OTUyNTE5MDB9.MGYCMQDXkfgs41V5gDZOtiPno-aG4neV4OK8yo0o4OCYKMB8wLMTwFmHOWpyh1fpVeRkIn0CMQCZVNLeQtiElEstkRoeNREtVuaGqe1ZmiD0z4P9CawiG6XHh4FfKdoZc2t6vc4QxAo",
    "eyJhbGciOiAiUlMyNTYiLCAidHlwIjogIkpXVCIsICJleHAiOiAxNzk1MjUxOTAwLCAibmJmIjogMTc5NTI1MTU5NSwgImlhdCI6IDE3OTUyNTE2MDB9.eyJpc3MiOiAidHBtLWRldmljZSIsICJzdWIiOiAidHBtLWRldmljZSIsICJhdWQiOiAiaHR0cHM6Ly9pZHAuZXhhbXBsZS9vaWRjL3Rva2VuIiwgImp0aSI6ICIzYzFmNGYwZS03ZjJiLTRkNWUtOWQwYS0wMDAwMDAwMDAwMDEiLCAiaWF0IjogMTc5NTI1MTYwMCwgImV4cCI6IDE3OTUyNTE5MDB9.Dge0AcqWEKEvdI6pyoVTsJS8HV36YwGf9ivvwLxDYPlfd2I21uK4qHYGs6xY7sC7ZvwfOO2L5Mft4QjFOVnc8A3pT9ljqRDs331uhpBVhuxcZMexck91ZbeF1XEoegbU",
];

#[tokio::test]
async fn a_p384_tpm_signs_a_sha256_digest_and_only_devices_may() {
    let jwk = json!({
        "kty": "EC", "crv": "P-384", "x": "inOt5tnmWRi7xIHHsvCi5vnGV7tM5_J2iHc0vUy0kxT0nwyWBSIykDPNgBPkaSOw",
        "y": "YIoR7mGBu_rfxhwsz8St1NnzGz0BjP-vERsZf7ydqXxTY_3guqAhQqDiRWbZHlw5",
    });
    for (profile, good) in [("onesid", true), ("standard", false)] {
        let world = World::new().await;
        let metadata = json!({ "profile": profile, "client_id": "tpm-device", "jwks": { "keys": [jwk] } });
        let device = world.service(KeyType::P384, &metadata).await;
        for token in P384_SHA256 {
            let outcome = use_up(&world, &device, token, Endpoint::Token).await;
            assert_eq!(outcome.is_ok(), good, "{profile}");
        }
    }
}

#[tokio::test]
async fn the_old_python_tools_reuse_an_assertion_until_it_ends() {
    let world = World::new().await;
    for key_type in [KeyType::Rsa2048, KeyType::P256, KeyType::P521] {
        let device = world.device(key_type).await;
        let audience = format!("{}/token", world.issuer());
        let started = world.now();
        let token = python_shape(&device, &audience, started, &fresh_jti());
        for endpoint in [Endpoint::BcAuthorize, Endpoint::Token, Endpoint::Token] {
            use_up(&world, &device, &token, endpoint)
                .await
                .unwrap_or_else(|refusal| panic!("{key_type}: {refusal}"));
        }
        world.clock.advance(Duration::from_secs(300 + 60));
        let late = use_up(&world, &device, &token, Endpoint::Token).await;
        assert_eq!(refused(late), ErrorCode::InvalidClient, "{key_type}");
    }
}

#[tokio::test]
async fn reuse_is_for_the_old_shape_at_two_endpoints_and_five_minutes_only() {
    let scene = Scene::new().await;
    let audience = format!("{}/token", scene.world.issuer());
    let now = scene.world.now();
    let device = scene.client("onesid").await;
    let (service, fapi) = (scene.client("standard").await, scene.client("fapi_ciba").await);
    let old = |party: &Party| python_shape(party, &audience, now, &fresh_jti());
    // The same old shape under the right label, which the strict profiles verify, and which lives for an hour.
    let labelled = |party: &Party, exp: i64| {
        let mut claims = party.assertion_claims(&audience, now);
        merge(&mut claims, &json!({ "nbf": null, "exp": now.unix() + exp }));
        handmade(
            r#"{"alg":"ES256","nbf":1}"#,
            claims.to_string().as_bytes(),
            &party.key,
            party.algorithm,
        )
    };
    let table = [
        (
            "a device at the token endpoint",
            &device,
            old(&device),
            Endpoint::Token,
            true,
        ),
        (
            "a device at bc-authorize",
            &device,
            old(&device),
            Endpoint::BcAuthorize,
            true,
        ),
        (
            "a device at backchannel",
            &device,
            old(&device),
            Endpoint::Backchannel,
            false,
        ),
        (
            "a device at introspection",
            &device,
            old(&device),
            Endpoint::Introspection,
            false,
        ),
        (
            "a device at revocation",
            &device,
            old(&device),
            Endpoint::Revocation,
            false,
        ),
        (
            "a device with an hour to live",
            &device,
            labelled(&device, 3600),
            Endpoint::Token,
            false,
        ),
        (
            "a service",
            &service,
            labelled(&service, 300),
            Endpoint::Token,
            false,
        ),
        (
            "a FAPI client",
            &fapi,
            labelled(&fapi, 300),
            Endpoint::Token,
            false,
        ),
    ];
    for (name, party, token, endpoint, reusable) in table {
        use_up(&scene.world, party, &token, endpoint).await.expect(name);
        assert_eq!(
            use_up(&scene.world, party, &token, endpoint).await.is_ok(),
            reusable,
            "{name}"
        );
    }
}

#[tokio::test]
async fn strict_replay_ends_the_reuse_of_the_old_shape() {
    let world = World::with(Policy {
        strict_replay: true,
        ..Policy::default()
    })
    .await;
    let device = world.device(KeyType::Rsa2048).await;
    let token = python_shape(
        &device,
        &format!("{}/token", world.issuer()),
        world.now(),
        &fresh_jti(),
    );
    use_up(&world, &device, &token, Endpoint::Token).await.unwrap();
    assert_eq!(
        refused(use_up(&world, &device, &token, Endpoint::Token).await),
        ErrorCode::InvalidClient
    );
}
