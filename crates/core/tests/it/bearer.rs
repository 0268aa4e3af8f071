//! Bearer tokens at our own endpoints (RFC 6750): found out anew at every call.

use crate::attack_list::Good;
use crate::scene::{HINT, Scene, parameters, unlimited, with};
use crate::support::refused;
use countersign_core::application::{ApplicationType, add};
use countersign_core::client::{Endpoint, disable as disable_client};
use countersign_core::device;
use countersign_core::keys::KeyPurpose;
use countersign_core::oidc::{identify, token, userinfo};
use countersign_core::user::{IdpRole, disable};
use countersign_jose::{Algorithm, KeyType, UnverifiedJws};
use countersign_protocol::ErrorCode;
use countersign_testkit::Party;
use serde_json::{Value, json};

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

async fn jwt_for_a_resource(scene: &Scene) -> String {
    let (device, shop) = (scene.client("onesid").await, scene.client("onesid").await);
    let mut application = add::NewApplication::new("Shop", ApplicationType::Server);
    application.hostname = Some("shop.example".to_owned());
    application.client_id = Some(shop.client_id);
    add::add(&scene.world.provider, application, "cli").await.unwrap();
    scene
        .tokens(&device, &with(&json!({ "resource": "https://shop.example" })))
        .await
        .access_token
}

#[tokio::test]
async fn a_token_for_somebody_elses_resource_opens_nothing_here() {
    let scene = Scene::new().await;
    let token = jwt_for_a_resource(&scene).await;
    assert_eq!(refused(scene.bearer(&token).await), ErrorCode::InvalidToken);
}

#[tokio::test]
async fn every_attack_on_a_jwt_bearer_is_invalid_token_and_so_are_tokens_of_other_kinds() {
    let scene = Scene::with(unlimited()).await;
    let token = jwt_for_a_resource(&scene).await;
    let ring = scene.world.provider.keys();
    let signer = ring
        .signer(KeyPurpose::Oidc, Algorithm::Rs256, scene.world.now())
        .unwrap();
    let good = Good {
        key: &signer.private,
        algorithm: Algorithm::Rs256,
        header: json!({ "typ": "at+jwt", "kid": signer.kid }),
        claims: UnverifiedJws::parse(&token).unwrap().unverified_claims().unwrap(),
    };
    // Also a well signed one that we never issued: a token counts because it was issued, not because it verifies.
    let forged = [(
        "never issued",
        good.signed_with(&json!({ "aud": null, "sub": scene.user.id.to_string() })),
    )];
    for (attack, token) in good.envelope().into_iter().chain(good.claims()).chain(forged) {
        assert_eq!(
            refused(scene.bearer(&token).await),
            ErrorCode::InvalidToken,
            "{attack}"
        );
    }
    let client = scene.client("standard").await;
    let auth_req_id = scene.approved(&client, &parameters()).await;
    assert_eq!(
        refused(scene.bearer(&auth_req_id).await),
        ErrorCode::InvalidToken,
        "auth_req_id"
    );
    let tokens = scene.world.poll(&client, &auth_req_id).await.unwrap();
    let assertion = client.assertion(&scene.world.issuer(), scene.world.now());
    for (kind, token) in [
        ("ID token", tokens.id_token.unwrap()),
        ("refresh token", tokens.refresh_token.unwrap()),
        ("assertion", assertion),
        ("two tokens", format!("{0} {0}", tokens.access_token)),
        ("a token in capitals", tokens.access_token.to_uppercase()),
    ] {
        assert_eq!(
            refused(scene.bearer(&token).await),
            ErrorCode::InvalidToken,
            "{kind}"
        );
    }
    scene.bearer(&tokens.access_token).await.unwrap();
}

#[tokio::test]
async fn a_token_lives_until_its_last_second_and_no_longer() {
    let scene = Scene::with(unlimited()).await;
    let device = scene.client("onesid").await;
    let own = own_token(&scene, &device).await;
    let persons = scene.tokens(&device, &parameters()).await.access_token;
    for (token, lifetime) in [(own, 600), (persons, 3600)] {
        let scene_time = scene.world.now();
        scene.wait(lifetime - 1);
        scene.bearer(&token).await.unwrap();
        scene.wait(1);
        assert_eq!(
            refused(scene.bearer(&token).await),
            ErrorCode::InvalidToken,
            "{lifetime}"
        );
        scene.world.clock.set(scene_time);
    }
}

#[tokio::test]
async fn a_suspended_device_is_nobody_and_comes_back_without_its_peoples_tokens() {
    let scene = Scene::new().await;
    let machine = scene.client("onesid").await;
    let own = own_token(&scene, &machine).await;
    let persons = scene.tokens(&machine, &parameters()).await.access_token;
    device::revoke::suspend(&scene.world.provider, &machine.client_id, "cli")
        .await
        .unwrap();
    for token in [&own, &persons] {
        assert_eq!(refused(scene.bearer(token).await), ErrorCode::InvalidToken);
    }
    let registrations = scene
        .world
        .provider
        .store
        .read(|tx| Ok(tx.devices().registrations()?))
        .await
        .unwrap();
    device::decide::approve(&scene.world.provider, &registrations[0].verification_code, "cli")
        .await
        .unwrap();
    scene.bearer(&own).await.unwrap();
    assert_eq!(refused(scene.bearer(&persons).await), ErrorCode::InvalidToken);
}

#[tokio::test]
async fn a_disabled_client_and_a_disabled_person_are_nobody() {
    let scene = Scene::with(unlimited()).await;
    let metadata = json!({
        "profile": "standard", "grant_types": ["client_credentials", "urn:openid:params:grant-type:ciba"],
    });
    let client = scene.world.service(KeyType::P256, &metadata).await;
    let own = own_token(&scene, &client).await;
    let phones = own_token(&scene, &scene.phone.party).await;
    let persons = scene.tokens(&client, &parameters()).await.access_token;
    for token in [&own, &phones, &persons] {
        scene.bearer(token).await.unwrap();
    }
    disable::disable(&scene.world.provider, HINT, "cli")
        .await
        .unwrap();
    for token in [&phones, &persons] {
        assert_eq!(refused(scene.bearer(token).await), ErrorCode::InvalidToken);
    }
    scene.bearer(&own).await.expect("the service is not the person");
    disable_client::disable(&scene.world.provider, &client.client_id, "cli")
        .await
        .unwrap();
    assert_eq!(refused(scene.bearer(&own).await), ErrorCode::InvalidToken);
}

#[tokio::test]
async fn each_kind_of_token_opens_what_is_its_own() {
    let scene = Scene::with(unlimited()).await;
    let master = scene.world.user("the.master@OnesID1", IdpRole::Master).await;
    let auditor = scene.world.user("the.auditor@OnesID1", IdpRole::Auditor).await;
    let device = scene.client("onesid").await;
    let mut table = vec![
        (
            "device",
            own_token(&scene, &device).await,
            [true, false, false, false, false],
        ),
        (
            "phone",
            own_token(&scene, &scene.phone.party).await,
            [false, true, false, false, false],
        ),
        (
            "user",
            scene.tokens(&device, &parameters()).await.access_token,
            [false, false, true, false, false],
        ),
    ];
    for (name, user, opens) in [
        ("master", &master, [false, false, true, true, true]),
        ("auditor", &auditor, [false, false, true, false, true]),
    ] {
        let phone = scene.world.phone_of(user).await;
        let tokens = scene.world.signed_in(&device, &phone, "openid").await;
        table.push((name, tokens.access_token, opens));
    }
    for (name, token, opens) in table {
        let bearer = scene.bearer(&token).await.unwrap();
        let tried = [
            bearer.device().is_ok(),
            bearer.phone().is_ok(),
            bearer.person().is_ok(),
            bearer.operator().is_ok(),
            bearer.reader().is_ok(),
        ];
        assert_eq!(tried, opens, "{name}: device, phone, person, operator, reader");
    }
}

#[tokio::test]
async fn identify_tells_a_device_its_device_and_a_phone_its_person() {
    let scene = Scene::with(unlimited()).await;
    let device = scene.client("onesid").await;
    let user = scene.user.id.to_string();
    let table = [
        (
            own_token(&scene, &device).await,
            "device",
            None,
            device.client_id.clone(),
        ),
        (
            own_token(&scene, &scene.phone.party).await,
            "user",
            Some(&user),
            scene.phone.party.client_id.clone(),
        ),
        (
            scene.tokens(&device, &parameters()).await.access_token,
            "user",
            Some(&user),
            device.client_id.clone(),
        ),
    ];
    for (token, kind, subject, client_id) in table {
        let bearer = scene.bearer(&token).await.unwrap();
        let answer = identify::identify(&scene.world.provider, &bearer).await.unwrap();
        let answer: Value = serde_json::to_value(answer).unwrap();
        assert_eq!(
            (&answer["subject_type"], &answer["client_id"]),
            (&json!(kind), &json!(client_id))
        );
        assert_eq!(answer["username"], subject.map_or(Value::Null, |_| json!(HINT)));
        match subject {
            Some(subject) => assert_eq!(answer["subject"], *subject),
            None => assert_ne!(answer["subject"], client_id, "the device id is not its client id"),
        }
    }
}

#[tokio::test]
async fn userinfo_tells_what_the_scopes_reach() {
    let scene = Scene::with(unlimited()).await;
    let client = scene.client("standard").await;
    for (scope, username) in [("openid", None), ("openid profile", Some(HINT))] {
        let tokens = scene.tokens(&client, &with(&json!({ "scope": scope }))).await;
        let bearer = scene.bearer(&tokens.access_token).await.unwrap();
        let answer = userinfo::userinfo(&scene.world.provider, &bearer).await.unwrap();
        assert_eq!(answer.sub, scene.user.id.to_string());
        assert_eq!(answer.preferred_username.as_deref(), username, "{scope}");
    }
    let device = scene.client("onesid").await;
    let bearer = scene.bearer(&own_token(&scene, &device).await).await.unwrap();
    let outcome = userinfo::userinfo(&scene.world.provider, &bearer).await;
    assert_eq!(refused(outcome), ErrorCode::InsufficientScope);
}
