//! Introspection (RFC 7662) and revocation (RFC 7009), in the shapes of onesid.md §8.

use crate::scene::{HINT, Scene, parameters, unlimited, with};
use crate::support::refused;
use countersign_core::Outcome;
use countersign_core::application::{ApplicationType, add};
use countersign_core::client::Endpoint;
use countersign_core::device;
use countersign_core::oidc::{introspect, refresh, revoke, token};
use countersign_core::user::disable;
use countersign_protocol::ErrorCode;
use countersign_testkit::Party;
use serde_json::{Value, json};

async fn look(scene: &Scene, client: &Party, token: &str) -> Value {
    let caller = client
        .authenticated(&scene.world.provider, Endpoint::Introspection)
        .await
        .unwrap();
    let answer = introspect::introspect(&scene.world.provider, caller, token)
        .await
        .unwrap();
    serde_json::to_value(answer).unwrap()
}

async fn give_back(scene: &Scene, client: &Party, token: &str) -> Outcome<()> {
    let caller = client
        .authenticated(&scene.world.provider, Endpoint::Revocation)
        .await
        .unwrap();
    revoke::revoke(&scene.world.provider, caller, token).await
}

async fn own_token(scene: &Scene, client: &Party) -> String {
    let caller = client
        .authenticated(&scene.world.provider, Endpoint::Token)
        .await
        .unwrap();
    token::client_credentials(&scene.world.provider, caller, None)
        .await
        .unwrap()
        .access_token
}

fn inactive() -> Value {
    json!({ "active": false })
}

fn members(answer: &Value) -> Vec<&str> {
    answer.as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test]
async fn a_devices_own_token_has_no_person_in_it() {
    let scene = Scene::new().await;
    let (device, reader) = (scene.client("onesid").await, scene.client("onesid").await);
    let token = own_token(&scene, &device).await;
    assert!(!token.contains('.'));
    let now = scene.world.now().unix();
    let expected = json!({
        "active": true, "client_id": device.client_id, "exp": now + 600, "iat": now, "iss": scene.world.issuer(),
        "token_type": "Bearer",
    });
    assert_eq!(
        look(&scene, &reader, &token).await,
        expected,
        "any device may ask about a token it was sent"
    );
    assert_eq!(look(&scene, &device, &token).await, expected);
}

#[tokio::test]
async fn a_phones_own_token_has_no_sub() {
    let scene = Scene::new().await;
    let reader = scene.client("onesid").await;
    let token = own_token(&scene, &scene.phone.party).await;
    let answer = look(&scene, &reader, &token).await;
    assert_eq!(
        members(&answer),
        ["active", "client_id", "exp", "iat", "iss", "token_type"]
    );
    assert_eq!(answer["client_id"], scene.phone.party.client_id);
    assert_eq!(answer["client_id"].as_str().unwrap().len(), 21);
}

#[tokio::test]
async fn a_persons_token_names_the_person_and_the_client_that_asked() {
    let scene = Scene::new().await;
    let (device, reader) = (scene.client("onesid").await, scene.client("standard").await);
    let tokens = scene.tokens(&device, &parameters()).await;
    let now = scene.world.now().unix();
    let expected = json!({
        "active": true, "client_id": device.client_id, "exp": now + 3600, "iat": now, "iss": scene.world.issuer(),
        "token_type": "Bearer", "sub": scene.user.id.to_string(), "username": HINT,
        "scope": "openid offline_access profile", "idp_role": "user",
    });
    assert_eq!(look(&scene, &reader, &tokens.access_token).await, expected);
}

#[tokio::test]
async fn a_token_for_a_resource_is_introspected_with_its_audience() {
    let scene = Scene::new().await;
    let (device, shop) = (scene.client("onesid").await, scene.client("onesid").await);
    let mut application = add::NewApplication::new("Shop", ApplicationType::Server);
    application.hostname = Some("shop.example".to_owned());
    application.client_id = Some(shop.client_id.clone());
    add::add(&scene.world.provider, application, "cli").await.unwrap();
    let tokens = scene
        .tokens(&device, &with(&json!({ "resource": "https://shop.example" })))
        .await;
    let answer = look(&scene, &shop, &tokens.access_token).await;
    assert_eq!(
        (&answer["active"], &answer["aud"]),
        (&json!(true), &json!(shop.client_id))
    );
    assert_eq!(answer["scope"], "");
    assert_eq!(answer["client_id"], device.client_id);
}

#[tokio::test]
async fn a_refresh_token_is_known_to_its_own_client_only() {
    let scene = Scene::new().await;
    let (client, other) = (scene.client("standard").await, scene.client("standard").await);
    let tokens = scene.tokens(&client, &parameters()).await;
    let token = tokens.refresh_token.unwrap();
    let answer = look(&scene, &client, &token).await;
    assert_eq!(
        (&answer["active"], &answer["token_type"]),
        (&json!(true), &json!("refresh_token"))
    );
    assert_eq!(answer["sub"], scene.user.id.to_string());
    assert_eq!(look(&scene, &other, &token).await, inactive());
}

#[tokio::test]
async fn what_is_not_alive_is_inactive_and_nothing_more() {
    let scene = Scene::with(unlimited()).await;
    let (client, reader) = (scene.client("standard").await, scene.client("onesid").await);
    for text in ["", "made-up", "a.b.c", "\u{0}", &"x".repeat(100_000)] {
        assert_eq!(look(&scene, &reader, text).await, inactive());
    }
    let tokens = scene.tokens(&client, &parameters()).await;
    assert_eq!(
        look(&scene, &reader, tokens.id_token.as_deref().unwrap()).await,
        inactive(),
        "an ID token is no token"
    );
    scene.wait(3599);
    assert_eq!(
        look(&scene, &reader, &tokens.access_token).await["active"],
        json!(true)
    );
    scene.wait(1);
    assert_eq!(
        look(&scene, &reader, &tokens.access_token).await,
        inactive(),
        "expired"
    );

    let tokens = scene.tokens(&client, &parameters()).await;
    give_back(&scene, &client, &tokens.access_token).await.unwrap();
    assert_eq!(
        look(&scene, &reader, &tokens.access_token).await,
        inactive(),
        "revoked"
    );

    let tokens = scene.tokens(&client, &parameters()).await;
    let machine = scene.client("onesid").await;
    let own = own_token(&scene, &machine).await;
    device::revoke::suspend(&scene.world.provider, &machine.client_id, "cli")
        .await
        .unwrap();
    assert_eq!(
        look(&scene, &reader, &own).await,
        inactive(),
        "a suspended device"
    );
    disable::disable(&scene.world.provider, HINT, "cli")
        .await
        .unwrap();
    assert_eq!(
        look(&scene, &reader, &tokens.access_token).await,
        inactive(),
        "a disabled person"
    );
    let refresh_token = tokens.refresh_token.unwrap();
    assert_eq!(
        look(&scene, &client, &refresh_token).await,
        inactive(),
        "and their refresh token"
    );
}

#[tokio::test]
async fn introspection_is_as_true_after_a_refresh_as_before() {
    let scene = Scene::new().await;
    let client = scene.client("standard").await;
    let first = scene.tokens(&client, &parameters()).await;
    let caller = client
        .authenticated(&scene.world.provider, Endpoint::Token)
        .await
        .unwrap();
    let (old, now) = (first.refresh_token.unwrap(), scene.world.now());
    let second = refresh::refresh(&scene.world.provider, caller, &old, None, now)
        .await
        .unwrap();
    assert_eq!(look(&scene, &client, &old).await, inactive(), "spent");
    for token in [
        &first.access_token,
        &second.access_token,
        second.refresh_token.as_ref().unwrap(),
    ] {
        assert_eq!(look(&scene, &client, token).await["active"], json!(true));
    }
}

#[tokio::test]
async fn a_phone_may_not_introspect() {
    let scene = Scene::new().await;
    let phone = &scene.phone.party;
    let caller = phone
        .authenticated(&scene.world.provider, Endpoint::Introspection)
        .await
        .unwrap();
    let outcome = introspect::introspect(&scene.world.provider, caller, "any").await;
    assert_eq!(refused(outcome), ErrorCode::UnauthorizedClient);
}

#[tokio::test]
async fn a_revoked_access_token_ends_alone_and_a_refresh_token_takes_its_grant_with_it() {
    let scene = Scene::new().await;
    let client = scene.client("standard").await;
    let tokens = scene.tokens(&client, &parameters()).await;
    let refresh_token = tokens.refresh_token.unwrap();
    give_back(&scene, &client, &tokens.access_token).await.unwrap();
    assert_eq!(
        refused(scene.bearer(&tokens.access_token).await),
        ErrorCode::InvalidToken
    );
    let caller = client
        .authenticated(&scene.world.provider, Endpoint::Token)
        .await
        .unwrap();
    let now = scene.world.now();
    let renewed = refresh::refresh(&scene.world.provider, caller, &refresh_token, None, now)
        .await
        .unwrap();
    give_back(&scene, &client, renewed.refresh_token.as_deref().unwrap())
        .await
        .unwrap();
    assert_eq!(
        refused(scene.bearer(&renewed.access_token).await),
        ErrorCode::InvalidToken
    );
    let caller = client
        .authenticated(&scene.world.provider, Endpoint::Token)
        .await
        .unwrap();
    let again = renewed.refresh_token.unwrap();
    let outcome = refresh::refresh(&scene.world.provider, caller, &again, None, now).await;
    assert_eq!(refused(outcome), ErrorCode::InvalidGrant);
}

#[tokio::test]
async fn an_unknown_token_is_as_good_as_revoked_and_a_second_time_is_fine() {
    let scene = Scene::new().await;
    let client = scene.client("onesid").await;
    give_back(&scene, &client, "made-up").await.unwrap();
    give_back(&scene, &client, "").await.unwrap();
    let token = own_token(&scene, &client).await;
    for _ in 0..2 {
        give_back(&scene, &client, &token).await.unwrap();
    }
    assert_eq!(refused(scene.bearer(&token).await), ErrorCode::InvalidToken);
}

#[tokio::test]
async fn nobody_revokes_another_clients_tokens() {
    let scene = Scene::new().await;
    let (client, other) = (scene.client("standard").await, scene.client("standard").await);
    let tokens = scene.tokens(&client, &parameters()).await;
    for token in [&tokens.access_token, tokens.refresh_token.as_ref().unwrap()] {
        assert_eq!(
            refused(give_back(&scene, &other, token).await),
            ErrorCode::InvalidGrant
        );
        assert_eq!(look(&scene, &client, token).await["active"], json!(true));
    }
}
