//! What happens between the approval and the poll: it still counts (the shape of Keycloak's CVE-2026-9798), and what
//! has nothing to do with the request changes nothing.

use crate::interposed::Interposed;
use crate::scene::{HINT, Scene, parameters, unlimited, with};
use crate::support::refused;
use countersign_core::ciba::redeem;
use countersign_core::client::authenticate::{Endpoint, authenticate};
use countersign_core::client::disable as disable_client;
use countersign_core::device;
use countersign_core::id::ClientId;
use countersign_core::user::{disable, stops};
use countersign_protocol::ErrorCode;
use serde_json::json;

#[tokio::test]
async fn two_clients_and_two_people_never_mix_and_collect_in_any_order() {
    let scene = Scene::new().await;
    let (other_user, other_phone) = scene.world.person("an.other@OnesID1").await;
    let (one, two) = (scene.client("onesid").await, scene.client("standard").await);
    let mut requests = Vec::new();
    for client in [&one, &two] {
        for hint in [HINT, "an.other@OnesID1"] {
            let request = with(&json!({ "login_hint": hint }));
            requests.push((
                client,
                hint,
                scene.world.start(client, &request).await.unwrap().auth_req_id,
            ));
        }
    }
    for phone in [&scene.phone, &other_phone] {
        let items = phone.approvals(&scene.world.provider).await.unwrap();
        assert_eq!(items.len(), 2, "each person sees their own two requests");
        for item in items {
            phone
                .decide(&scene.world.provider, &item, "approved", &json!({}))
                .await
                .unwrap();
        }
    }
    for (client, hint, id) in requests.into_iter().rev() {
        let stranger = if client.client_id == one.client_id {
            &two
        } else {
            &one
        };
        assert_eq!(
            refused(scene.world.poll(stranger, &id).await),
            ErrorCode::InvalidGrant
        );
        let tokens = scene.world.poll(client, &id).await.unwrap();
        let bearer = scene.bearer(&tokens.access_token).await.unwrap();
        let person = bearer.person().unwrap();
        let expected = if hint == HINT {
            scene.user.id
        } else {
            other_user.id
        };
        assert_eq!(person.user.id, expected);
        assert_eq!(person.grant.client_id.as_str(), client.client_id);
    }
}

#[tokio::test]
async fn a_made_up_auth_req_id_is_invalid_grant() {
    let scene = Scene::new().await;
    for profile in ["onesid", "standard", "fapi_ciba"] {
        let client = scene.client(profile).await;
        for id in [
            "",
            "made-up",
            "1c266114-a1be-4252-8ad1-04986c5b9ac1",
            "\u{0}",
            &"x".repeat(100_000),
        ] {
            let outcome = scene.world.poll(&client, id).await;
            assert_eq!(
                refused(outcome),
                ErrorCode::InvalidGrant,
                "{profile}: {}",
                &id[..id.len().min(40)]
            );
        }
    }
}

#[tokio::test]
async fn a_failed_client_authentication_does_not_use_the_request_up() {
    let scene = Scene::new().await;
    let client = scene.client("fapi_ciba").await;
    let id = scene.approved(&client, &parameters()).await;
    let stranger = countersign_testkit::Party {
        client_id: client.client_id.clone(),
        ..countersign_testkit::Party::new("", countersign_jose::KeyType::P256)
    };
    assert_eq!(
        refused(scene.world.poll(&stranger, &id).await),
        ErrorCode::InvalidClient
    );
    let mut nothing = client.credentials(&scene.world.issuer(), scene.world.now());
    nothing.client_assertion = None;
    let unproved = authenticate(&scene.world.provider, nothing, Endpoint::Token).await;
    assert_eq!(refused(unproved), ErrorCode::InvalidClient);
    scene
        .world
        .poll(&client, &id)
        .await
        .expect("the request is as good as before");
}

#[tokio::test]
async fn a_restart_between_approval_and_poll_loses_nothing() {
    let scene = Scene::new().await;
    let client = scene.client("standard").await;
    let approved = scene.approved(&client, &parameters()).await;
    let other = scene.client("onesid").await;
    let (pending, _) = scene.asked(&other, &parameters()).await;
    let Scene { world, phone, user } = scene;
    let scene = Scene {
        world: world.restart().await,
        phone,
        user,
    };
    scene.world.poll(&client, &approved).await.unwrap();
    let again = scene.world.poll(&client, &approved).await;
    assert_eq!(refused(again), ErrorCode::InvalidGrant);
    assert_eq!(
        refused(scene.world.poll(&other, &pending.auth_req_id).await),
        ErrorCode::AuthorizationPending
    );
    let item = scene.items().await.pop().unwrap();
    scene.decide(&item, "approved", json!({})).await.unwrap();
    scene.world.poll(&other, &pending.auth_req_id).await.unwrap();
}

#[tokio::test]
async fn a_person_who_is_disabled_after_the_approval_gets_no_tokens() {
    let scene = Scene::new().await;
    let client = scene.client("standard").await;
    let id = scene.approved(&client, &parameters()).await;
    disable::disable(&scene.world.provider, HINT, "cli")
        .await
        .unwrap();
    assert_eq!(
        refused(scene.world.poll(&client, &id).await),
        ErrorCode::InvalidGrant
    );
}

#[tokio::test]
async fn a_client_that_is_stopped_after_the_approval_gets_no_tokens() {
    let scene = Scene::with(unlimited()).await;
    let (service, machine) = (scene.client("standard").await, scene.client("onesid").await);
    let service_id = scene.approved(&service, &parameters()).await;
    let device_id = scene.approved(&machine, &parameters()).await;
    disable_client::disable(&scene.world.provider, &service.client_id, "cli")
        .await
        .unwrap();
    device::revoke::suspend(&scene.world.provider, &machine.client_id, "cli")
        .await
        .unwrap();
    assert_eq!(
        refused(scene.world.poll(&service, &service_id).await),
        ErrorCode::InvalidClient
    );
    assert_eq!(
        refused(scene.world.poll(&machine, &device_id).await),
        ErrorCode::InvalidClient
    );
    disable_client::enable(&scene.world.provider, &service.client_id, "cli")
        .await
        .unwrap();
    scene
        .world
        .poll(&service, &service_id)
        .await
        .expect("enabled again, in time");
}

#[tokio::test]
async fn a_report_after_the_approval_holds_until_an_operator_clears_it() {
    let scene = Scene::new().await;
    let client = scene.client("standard").await;
    let id = scene.approved(&client, &parameters()).await;
    let (_, item) = scene.asked(&client, &parameters()).await;
    scene
        .decide(&item, "denied", json!({ "reason": "not_me" }))
        .await
        .unwrap();
    assert_eq!(
        refused(scene.world.poll(&client, &id).await),
        ErrorCode::AccessDenied
    );
    stops::clear(&scene.world.provider, HINT, &client.client_id, "cli")
        .await
        .unwrap();
    scene
        .world
        .poll(&client, &id)
        .await
        .expect("the approval itself was good");
}

#[tokio::test]
async fn a_lock_after_the_approval_holds() {
    let scene = Scene::new().await;
    let (client, bomber) = (scene.client("standard").await, scene.client("standard").await);
    let id = scene.approved(&client, &parameters()).await;
    for _ in 0..11 {
        scene.wait(13);
        scene.world.start(&bomber, &parameters()).await.unwrap();
    }
    assert_eq!(
        refused(scene.world.poll(&client, &id).await),
        ErrorCode::TooManyRequests
    );
}

#[tokio::test]
async fn a_report_between_the_look_and_the_transaction_holds() {
    let mut scene = Scene::new().await;
    let client = scene.client("standard").await;
    let id = scene.approved(&client, &parameters()).await;
    let store = Interposed::into(&mut scene.world).await;
    let (user, client_id) = (scene.user.id, ClientId::parse(&client.client_id).unwrap());
    let now = scene.world.now();
    store.before_the_next_write(move |tx| Ok(tx.approvals_mut().stop(user, &client_id, now)?));
    assert_eq!(
        refused(scene.world.poll(&client, &id).await),
        ErrorCode::AccessDenied
    );
    assert!(store.has_happened());
}

#[tokio::test]
async fn a_person_who_is_disabled_between_the_look_and_the_transaction_gets_no_tokens() {
    let mut scene = Scene::new().await;
    let client = scene.client("standard").await;
    let id = scene.approved(&client, &parameters()).await;
    let store = Interposed::into(&mut scene.world).await;
    let (user, now) = (scene.user.id, scene.world.now());
    store.before_the_next_write(move |tx| Ok(tx.users_mut().set_disabled(user, Some(now))?));
    assert_eq!(
        refused(scene.world.poll(&client, &id).await),
        ErrorCode::InvalidGrant
    );
    assert!(store.has_happened());
}

#[tokio::test]
async fn a_client_that_is_disabled_between_the_look_and_the_transaction_gets_no_tokens() {
    let mut scene = Scene::new().await;
    let client = scene.client("standard").await;
    let id = scene.approved(&client, &parameters()).await;
    let store = Interposed::into(&mut scene.world).await;
    let (client_id, now) = (ClientId::parse(&client.client_id).unwrap(), scene.world.now());
    store.before_the_next_write(move |tx| Ok(tx.clients_mut().set_disabled(&client_id, Some(now))?));
    assert_eq!(
        refused(scene.world.poll(&client, &id).await),
        ErrorCode::InvalidClient
    );
    assert!(store.has_happened());
}

#[tokio::test]
async fn a_collection_that_loses_the_race_in_the_transaction_is_invalid_grant_and_ends_nothing() {
    let scene = Scene::new().await;
    let client = scene.client("standard").await;
    let id = scene.approved(&client, &parameters()).await;
    let arrived = scene.world.now();
    let tokens = scene.world.poll(&client, &id).await.unwrap();
    let caller = client
        .authenticated(&scene.world.provider, Endpoint::Token)
        .await
        .unwrap();
    let late = redeem::redeem(&scene.world.provider, caller, &id, arrived).await;
    assert_eq!(refused(late), ErrorCode::InvalidGrant);
    scene
        .bearer(&tokens.access_token)
        .await
        .expect("it was on its way already");
}

#[tokio::test]
async fn a_second_collection_ends_the_refresh_token_as_well() {
    let scene = Scene::new().await;
    let client = scene.client("standard").await;
    let id = scene.approved(&client, &parameters()).await;
    let tokens = scene.world.poll(&client, &id).await.unwrap();
    scene.wait(1);
    assert_eq!(
        refused(scene.world.poll(&client, &id).await),
        ErrorCode::InvalidGrant
    );
    let caller = client
        .authenticated(&scene.world.provider, Endpoint::Token)
        .await
        .unwrap();
    let refresh_token = tokens.refresh_token.unwrap();
    let now = scene.world.now();
    let refreshed =
        countersign_core::oidc::refresh::refresh(&scene.world.provider, caller, &refresh_token, None, now)
            .await;
    assert_eq!(refused(refreshed), ErrorCode::InvalidGrant);
}

#[tokio::test]
async fn another_clients_try_after_the_collection_ends_nothing() {
    let scene = Scene::new().await;
    let (client, other) = (scene.client("standard").await, scene.client("standard").await);
    let id = scene.approved(&client, &parameters()).await;
    let tokens = scene.world.poll(&client, &id).await.unwrap();
    scene.wait(1);
    assert_eq!(
        refused(scene.world.poll(&other, &id).await),
        ErrorCode::InvalidGrant
    );
    scene
        .bearer(&tokens.access_token)
        .await
        .expect("a stranger cannot end a grant by guessing");
}
