//! What a phone is sent, and who sends it.

use crate::push_service::{PushService, Receiver};
use crate::scene::{Scene, courier, policy};
use countersign_core::authenticator::{enrol, invite, push, revoke};
use countersign_core::keys::rotate::{self, RotateWhen};
use countersign_core::keys::{KeyPurpose, KeyState};
use countersign_core::outbox::DeliveryState;
use countersign_core::outbox::claim::{self, LEASE};
use countersign_core::outbox::settle::{Attempt, settle};
use countersign_core::policy::{Policy, PushPolicy};
use countersign_jose::KeyType;
use countersign_notify::{Courier, HttpOutbound};
use countersign_protocol::authenticator::EnrolmentRequest;
use countersign_testkit::{Party, SoftPhone, World};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

#[tokio::test]
async fn a_push_says_nothing_but_an_opaque_id_and_only_the_phone_can_read_it() {
    let scene = Scene::new().await;
    let item = scene.ask().await;
    assert_eq!(scene.deliver().await, 1);
    let received = scene.service.received();
    assert_eq!(received.len(), 1);
    assert_eq!(
        (received[0].method.as_str(), received[0].path.as_str()),
        ("POST", "/push/ada")
    );
    let payload: Value = serde_json::from_slice(&scene.receiver.open(&received[0])).unwrap();
    assert_eq!(payload, json!({ "id": item.id }));
    // What travels in the clear names nobody and nothing either.
    let clear = format!("{:?}", received[0].headers).to_lowercase();
    let id = item.id.to_string();
    for secret in [
        "ada",
        "open the safe",
        "test server",
        scene.asks.client_id.as_str(),
        scene.phone.party.client_id.as_str(),
        &id,
        &id.replace('-', ""),
    ] {
        assert!(!clear.contains(&secret.to_lowercase()), "{secret}: {clear}");
    }
}

#[tokio::test]
async fn a_push_has_the_headers_of_its_standards_and_a_signature_that_verifies() {
    let scene = Scene::new().await;
    scene.ask().await;
    scene.pass(100);
    scene.deliver().await;
    let received = scene.service.received();
    let message = &received[0];
    assert_eq!(message.header("content-encoding"), "aes128gcm");
    assert_eq!(message.header("urgency"), "high");
    assert_eq!(message.header("ttl"), "500", "until the approval ends");
    let topic = message.header("topic");
    assert!(
        topic.len() == 32
            && topic
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)),
        "{topic}"
    );
    let (key, claims) = message.vapid();
    let published = push::key(&scene.world.provider).await.unwrap();
    assert_eq!(
        key, published.application_server_key,
        "the key that phones subscribe with"
    );
    assert_eq!(
        claims["aud"],
        scene.service.url(""),
        "the origin, without the phone's path"
    );
    assert_eq!(claims["sub"], "mailto:ops@onesid1.com");
    let lives = claims["exp"].as_i64().unwrap() - scene.world.now().unix();
    assert!((60..=12 * 3600).contains(&lives), "{lives} s");
    let state = scene.state().await;
    assert_eq!(state.subscription.unwrap().delivered_at, Some(scene.world.now()));
    assert_eq!(
        state.messages[0].state,
        DeliveryState::Delivered {
            at: scene.world.now()
        }
    );
}

#[tokio::test]
async fn every_message_has_a_key_of_its_own_and_a_topic_of_its_approval() {
    let scene = Scene::new().await;
    scene.ask().await;
    scene.deliver().await;
    scene.ask().await;
    scene.deliver().await;
    let received = scene.service.received();
    let firsts: BTreeSet<_> = received.iter().map(|message| &message.body[..86]).collect();
    let topics: BTreeSet<_> = received.iter().map(|message| message.header("topic")).collect();
    assert_eq!((firsts.len(), topics.len()), (2, 2));
}

#[tokio::test]
async fn a_phone_without_a_subscription_writes_no_message_and_still_has_its_inbox() {
    let scene = Scene::without_subscription().await;
    scene.ask().await;
    assert_eq!(scene.deliver().await, 0);
    assert_eq!(scene.state().await.messages, []);
    let rows = scene.world.provider.store.read(|tx| Ok(tx.outbox().waiting()?));
    assert_eq!(rows.await.unwrap(), 0);
}

#[tokio::test]
async fn every_subscribed_phone_of_the_person_is_woken_and_nobody_elses() {
    let scene = Scene::new().await;
    let second = scene.world.phone_of(&scene.user).await;
    let (_, stranger) = scene.world.person("bob@OnesID1").await;
    for (phone, path) in [(&second, "/push/second"), (&stranger, "/push/bob")] {
        let bearer = phone.bearer(&scene.world.provider).await.unwrap();
        let request = scene.receiver.subscription(&scene.service.url(path));
        push::subscribe(&scene.world.provider, &bearer, &request)
            .await
            .unwrap();
    }
    scene.ask().await;
    assert_eq!(scene.deliver().await, 2);
    let received = scene.service.received();
    let paths: BTreeSet<_> = received.iter().map(|message| message.path.as_str()).collect();
    assert_eq!(paths, BTreeSet::from(["/push/ada", "/push/second"]));
}

#[tokio::test]
async fn a_phone_can_subscribe_when_it_enrols() {
    let world = World::with(policy()).await;
    let service = PushService::start().await;
    let receiver = Receiver::new(9);
    let (user, _) = world.person("ada@OnesID1").await;
    let invited = invite::invite(&world.provider, &user, "test").await.unwrap();
    let mut party = Party::new("", KeyType::P256);
    let request = SoftPhone::enrolment(
        &party,
        world.provider.host.as_str(),
        invited.invitation.reveal(),
        world.now(),
    );
    let mut unusable = request.clone();
    unusable.push = Some(receiver.subscription("file:///etc/passwd"));
    let refusal = enrol::enrol(&world.provider, unusable).await.unwrap_err();
    assert!(refusal.to_string().contains("endpoint"), "{refusal}");
    let with_push = EnrolmentRequest {
        push: Some(receiver.subscription(&service.url("/push/new"))),
        ..request
    };
    let answer = enrol::enrol(&world.provider, with_push)
        .await
        .expect("the invitation is not spent");
    party.client_id = answer.client_id;
    let asks = world.device(KeyType::P256).await;
    let parameters = json!({ "scope": "openid", "login_hint": answer.username, "binding_message": "hello" });
    world.start(&asks, &parameters).await.unwrap();
    let courier = courier(&world);
    assert_eq!(courier.send_due().await.unwrap(), 1);
    courier.finish().await;
    assert_eq!(service.received()[0].path, "/push/new");
}

#[tokio::test]
async fn a_new_subscription_takes_the_place_of_the_old_one() {
    let scene = Scene::new().await;
    scene.subscribe("/push/moved").await;
    scene.subscribe("/push/moved").await;
    scene.ask().await;
    assert_eq!(scene.deliver().await, 1);
    assert_eq!(scene.service.received()[0].path, "/push/moved");
}

#[tokio::test]
async fn a_phone_that_unsubscribed_gets_nothing_also_not_what_waited() {
    let scene = Scene::new().await;
    scene.ask().await;
    let bearer = scene.phone.bearer(&scene.world.provider).await.unwrap();
    for _ in 0..2 {
        push::unsubscribe(&scene.world.provider, &bearer).await.unwrap();
    }
    assert_eq!(scene.deliver().await, 0);
    assert!(scene.service.received().is_empty());
}

#[tokio::test]
async fn what_waits_for_a_revoked_phone_is_dropped() {
    let scene = Scene::new().await;
    scene.ask().await;
    let id = scene.phone_id().await;
    revoke::revoke(&scene.world.provider, id, "cli").await.unwrap();
    assert_eq!(scene.deliver().await, 0);
    let state = scene.state().await;
    assert!(state.subscription.is_none() && state.messages.is_empty());
    assert!(scene.service.received().is_empty());
}

#[tokio::test]
async fn nobody_is_woken_for_what_was_decided_or_replaced_meanwhile() {
    let scene = Scene::new().await;
    let item = scene.ask().await;
    scene
        .phone
        .decide(&scene.world.provider, &item, "approved", &json!({}))
        .await
        .unwrap();
    assert_eq!(scene.deliver().await, 0);
    scene.ask().await;
    let newer = scene.ask().await;
    assert_eq!(scene.deliver().await, 1, "the older request was superseded");
    let received = scene.service.received();
    let payload: Value = serde_json::from_slice(&scene.receiver.open(&received[0])).unwrap();
    assert_eq!(payload["id"], json!(newer.id));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_couriers_exactly_one_sends_a_message() {
    let scene = Scene::new().await;
    scene.ask().await;
    let couriers: Vec<Courier> = (0..16).map(|_| courier(&scene.world)).collect();
    let rounds = couriers.iter().map(Courier::send_due);
    let sent: usize = futures_util::future::join_all(rounds)
        .await
        .into_iter()
        .map(Result::unwrap)
        .sum();
    for courier in &couriers {
        courier.finish().await;
    }
    assert_eq!(sent, 1);
    assert_eq!(scene.service.received().len(), 1);
}

#[tokio::test]
async fn the_message_of_a_courier_that_died_is_sent_by_another_when_the_lease_is_over() {
    let scene = Scene::new().await;
    scene.ask().await;
    let dead = claim::claim(&scene.world.provider, 10)
        .await
        .unwrap()
        .pop()
        .unwrap();
    assert_eq!(scene.deliver().await, 0, "the lease holds");
    scene.pass(LEASE.as_secs());
    assert_eq!(scene.deliver().await, 1);
    // It was not dead, only slow: what it has to say does not count any more.
    let late = Attempt::Refused("late".to_owned());
    assert!(!settle(&scene.world.provider, dead, late).await.unwrap());
    let state = scene.state().await;
    assert!(matches!(state.messages[0].state, DeliveryState::Delivered { .. }));
    assert_eq!(state.subscription.unwrap().failed, None);
}

#[tokio::test]
async fn a_subscription_that_leads_into_our_network_is_not_called() {
    let scene = Scene::new().await;
    scene.ask().await;
    let strict = HttpOutbound::new(&PushPolicy::default());
    let courier = Courier::new(Arc::clone(&scene.world.provider), Arc::new(strict));
    // As if danger had been switched off again. A name that resolves to this machine: see the resolver's own test.
    courier.send_due().await.unwrap();
    courier.finish().await;
    let failed = scene.state().await.subscription.unwrap().failed.unwrap();
    assert!(failed.problem.contains("https"), "{}", failed.problem);
    assert!(scene.service.received().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_key_for_push_services_is_made_once_and_stays_after_a_restart() {
    let world = World::with(Policy::default()).await;
    let asked = (0..16).map(|_| push::key(&world.provider));
    let keys: BTreeSet<String> = futures_util::future::join_all(asked)
        .await
        .into_iter()
        .map(|answer| answer.unwrap().application_server_key)
        .collect();
    assert_eq!(keys.len(), 1);
    let world = world.restart().await;
    let again = push::key(&world.provider).await.unwrap();
    assert!(keys.contains(&again.application_server_key));
}

/// The `kid`s of the keys for push services that sign.
async fn signing(world: &World) -> Vec<String> {
    let keys = rotate::list(&world.provider).await.unwrap();
    let signs = keys
        .into_iter()
        .filter(|item| item.key.purpose == KeyPurpose::Push && item.state == KeyState::Active);
    signs.map(|item| item.key.kid).collect()
}

#[tokio::test]
async fn the_key_for_push_services_is_not_rotated_and_replaced_only_when_it_is_revoked() {
    let world = World::with(Policy::default()).await;
    let first = push::key(&world.provider).await.unwrap();
    rotate::rotate(&world.provider, None, RotateWhen::Now)
        .await
        .unwrap();
    assert_eq!(push::key(&world.provider).await.unwrap(), first);
    let kids = signing(&world).await;
    assert_eq!(kids.len(), 1);
    rotate::revoke(&world.provider, &kids[0]).await.unwrap();
    assert!(signing(&world).await.is_empty());
    let second = push::key(&world.provider).await.unwrap();
    assert_ne!(second, first);
    assert_eq!(push::key(&world.provider).await.unwrap(), second);
}
