//! The tokens themselves: ID token (OpenID Connect Core §2), access token (onesid.md §7, RFC 9068).

use crate::scene::{HINT, Scene, parameters, unlimited, with};
use countersign_core::application::{ApplicationType, add};
use countersign_core::keys::KeyPurpose;
use countersign_jose::{Algorithm, KeyType, UnverifiedJws, base64url, hash};
use countersign_testkit::{Party, World};
use serde_json::{Value, json};
use std::collections::HashSet;

/// The claims of a token of ours, verified by the key that its `kid` names; and its header's `typ`.
fn verified(world: &World, token: &str, algorithm: Algorithm) -> (Value, Option<String>) {
    let jws = UnverifiedJws::parse(token).unwrap();
    assert_eq!(jws.header().alg(), algorithm.name());
    let ring = world.provider.keys();
    let published = ring.published(KeyPurpose::Oidc, world.now());
    let key = published
        .into_iter()
        .find(|key| Some(key.kid.as_str()) == jws.header().kid())
        .unwrap();
    let verified = jws.verify(&key.public, algorithm).unwrap();
    (
        verified.claims().unwrap(),
        verified.header().typ().map(str::to_owned),
    )
}

async fn shop(scene: &Scene) -> Party {
    let shop = scene.client("onesid").await;
    let mut application = add::NewApplication::new("Shop", ApplicationType::Server);
    application.hostname = Some("shop.example".to_owned());
    application.client_id = Some(shop.client_id.clone());
    add::add(&scene.world.provider, application, "cli").await.unwrap();
    shop
}

/// Takes a claim that differs in every token out, after a look that it is one.
fn take_jti(claims: &mut Value) -> String {
    let jti = claims.as_object_mut().unwrap().remove("jti").unwrap();
    let jti = jti.as_str().unwrap().to_owned();
    assert_eq!(jti.len(), 36, "a UUID");
    jti
}

#[tokio::test]
async fn an_id_token_has_these_claims_and_no_others() {
    let scene = Scene::with(unlimited()).await;
    let device = scene.client("onesid").await;
    let id = scene.approved(&device, &parameters()).await;
    let decided = scene.world.now().unix();
    scene.wait(7);
    let tokens = scene.world.poll(&device, &id).await.unwrap();
    let (mut claims, typ) = verified(&scene.world, &tokens.id_token.unwrap(), Algorithm::Rs256);
    take_jti(&mut claims);
    let half = &hash::sha256(tokens.access_token.as_bytes())[..16];
    let now = scene.world.now().unix();
    let expected = json!({
        "iss": scene.world.issuer(), "sub": scene.user.id.to_string(), "aud": device.client_id, "azp": device.client_id,
        "exp": now + 3600, "iat": now, "auth_time": decided, "acr": "urn:countersign:acr:approve",
        "amr": ["swk", "mca", "user"], "at_hash": base64url::encode(half), "idp_role": "user",
        "preferred_username": HINT, "username": HINT,
    });
    assert_eq!(claims, expected);
    assert_eq!(typ.as_deref(), Some("JWT"));
    assert!(uuid_like(claims["sub"].as_str().unwrap()) && uuid_like(claims["aud"].as_str().unwrap()));
}

fn uuid_like(text: &str) -> bool {
    text.len() == 36 && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}

#[tokio::test]
async fn the_username_is_told_with_the_scope_profile_only() {
    let scene = Scene::with(unlimited()).await;
    let client = scene.client("standard").await;
    let tokens = scene.tokens(&client, &with(&json!({ "scope": "openid" }))).await;
    let (claims, _) = verified(&scene.world, &tokens.id_token.unwrap(), Algorithm::Rs256);
    for claim in ["preferred_username", "username", "name", "email", "phone_number"] {
        assert!(claims.get(claim).is_none(), "{claim}");
    }
    assert!(!claims.to_string().contains(HINT));
}

#[tokio::test]
async fn each_client_gets_the_algorithm_that_it_registered() {
    let scene = Scene::with(unlimited()).await;
    let table = [
        (json!({ "profile": "standard" }), Algorithm::Rs256),
        (
            json!({ "profile": "standard", "id_token_signed_response_alg": "ES256" }),
            Algorithm::Es256,
        ),
        (json!({ "profile": "fapi_ciba" }), Algorithm::Es256),
    ];
    for (metadata, algorithm) in table {
        let client = scene.world.service(KeyType::P256, &metadata).await;
        let tokens = scene.tokens(&client, &parameters()).await;
        let (claims, _) = verified(&scene.world, &tokens.id_token.unwrap(), algorithm);
        assert_eq!(claims["aud"], client.client_id, "{metadata}");
    }
}

#[tokio::test]
async fn an_access_token_without_a_resource_is_opaque() {
    let scene = Scene::with(unlimited()).await;
    for profile in ["onesid", "standard", "fapi_ciba"] {
        let client = scene.client(profile).await;
        let tokens = scene.tokens(&client, &parameters()).await;
        for token in [&tokens.access_token, tokens.refresh_token.as_ref().unwrap()] {
            assert_eq!(token.len(), 51, "a moment and 256 bits, {profile}");
            assert!(!token.contains('.'), "published clients tell a JWT by its dot");
        }
        assert_eq!((tokens.token_type.as_str(), tokens.expires_in), ("Bearer", 3600));
        assert_eq!(tokens.scope.as_deref(), Some("openid offline_access profile"));
    }
}

#[tokio::test]
async fn an_access_token_for_a_resource_is_a_jwt_with_these_claims_and_no_others() {
    let scene = Scene::new().await;
    let (device, shop) = (scene.client("onesid").await, shop(&scene).await);
    let tokens = scene
        .tokens(&device, &with(&json!({ "resource": "https://shop.example" })))
        .await;
    assert_eq!(
        tokens.scope.as_deref(),
        Some(""),
        "no scope of that resource is defined"
    );
    let (mut claims, typ) = verified(&scene.world, &tokens.access_token, Algorithm::Rs256);
    take_jti(&mut claims);
    let now = scene.world.now().unix();
    let expected = json!({
        "iss": scene.world.issuer(), "sub": scene.user.id.to_string(), "aud": shop.client_id, "exp": now + 3600,
        "iat": now, "nbf": now, "auth_time": now, "acr": "urn:countersign:acr:approve", "amr": ["swk", "mca", "user"],
        "client_id": device.client_id, "scope": "", "username": HINT, "idp_role": "user",
        "resource": "https://shop.example",
    });
    assert_eq!(claims, expected);
    assert_eq!(typ.as_deref(), Some("at+jwt"), "RFC 9068 §2.1");
    assert!(
        claims["aud"].is_string() && uuid_like(claims["aud"].as_str().unwrap()),
        "readers fail on an array or a URL"
    );
}

#[tokio::test]
async fn a_token_for_a_resource_is_rs256_also_for_a_client_with_es256_id_tokens() {
    let scene = Scene::new().await;
    shop(&scene).await;
    let client = scene.client("fapi_ciba").await;
    let tokens = scene
        .tokens(&client, &with(&json!({ "resource": "https://shop.example" })))
        .await;
    verified(&scene.world, &tokens.access_token, Algorithm::Rs256);
    verified(&scene.world, &tokens.id_token.unwrap(), Algorithm::Es256);
}

#[tokio::test]
async fn no_two_tokens_are_the_same() {
    let scene = Scene::with(unlimited()).await;
    let client = scene.client("standard").await;
    let mut seen = HashSet::new();
    for _ in 0..20 {
        let tokens = scene.tokens(&client, &parameters()).await;
        let (mut claims, _) = verified(&scene.world, &tokens.id_token.unwrap(), Algorithm::Rs256);
        for text in [
            tokens.access_token,
            tokens.refresh_token.unwrap(),
            take_jti(&mut claims),
        ] {
            assert!(seen.insert(text));
        }
    }
}
