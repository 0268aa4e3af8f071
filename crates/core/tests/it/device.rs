//! Device registration (onesid.md §2, §3) and the operator's decision.

use crate::support::refused;
use countersign_core::application::{self, ApplicationType};
use countersign_core::client::{Endpoint, Profile, add};
use countersign_core::device::list::{self, DeviceStatus};
use countersign_core::device::{RegistrationState, decide, register, revoke};
use countersign_core::time::Duration;
use countersign_core::{Failure, Outcome};
use countersign_jose::{KeyType, base64url};
use countersign_protocol::ErrorCode;
use countersign_protocol::device::{RegistrationRequest, RegistrationStatus};
use countersign_testkit::{Party, World};
use serde_json::{Value, json};

fn request(changes: &Value) -> RegistrationRequest {
    let party = Party::new("", KeyType::P256);
    let request = World::registration_of(&party, "Kiosk", "desktop");
    let mut members = serde_json::to_value(request).unwrap();
    for (name, value) in changes.as_object().unwrap() {
        members[name] = value.clone();
    }
    serde_json::from_value(members).unwrap()
}

async fn register(world: &World, changes: &Value) -> String {
    register::register(&world.provider, request(changes), None)
        .await
        .unwrap()
        .verification_code
}

async fn statuses(world: &World, status: Option<DeviceStatus>) -> Vec<(String, String)> {
    let items = list::list(&world.provider, status).await.unwrap();
    items.into_iter().map(|item| (item.title, item.status)).collect()
}

#[tokio::test]
async fn a_machine_registers_and_is_approved_with_the_same_fingerprint_on_both_sides() {
    let world = World::new().await;
    let party = Party::new("", KeyType::P256);
    let request = World::registration_of(&party, "Matrix One", "SERVER");
    let registered = register::register(&world.provider, request, Some("192.0.2.7".to_owned()))
        .await
        .unwrap();
    assert_eq!(registered.thumbprint, party.key.public().jwk().thumbprint());
    let waiting = register::status(&world.provider, &registered.verification_code)
        .await
        .unwrap();
    assert_eq!(
        (waiting.status, waiting.device_id),
        (RegistrationStatus::Pending, None)
    );

    let pending = list::list(&world.provider, Some(DeviceStatus::Pending))
        .await
        .unwrap()
        .remove(0);
    assert_eq!(pending.thumbprint, registered.thumbprint);
    assert_eq!(pending.address.as_deref(), Some("192.0.2.7"));
    assert_eq!(
        (pending.role.as_str(), pending.domain.as_str()),
        ("server", "onesid1.com")
    );
    assert_eq!(pending.system, "Linux 6.1 x86_64");
    assert_eq!(pending.key_type, "ECC:p256");

    decide::approve(&world.provider, &registered.verification_code, "cli")
        .await
        .unwrap();
    let answer = register::status(&world.provider, &registered.verification_code)
        .await
        .unwrap();
    assert_eq!(answer.status, RegistrationStatus::Approved);
    let client_id = answer.client_id.unwrap().to_string();
    for name in [
        &registered.verification_code,
        &answer.device_id.unwrap().to_string(),
        &client_id,
    ] {
        assert_eq!(
            list::show(&world.provider, name).await.unwrap().client_id,
            answer.client_id
        );
    }
    let party = Party { client_id, ..party };
    party
        .authenticated(&world.provider, Endpoint::Token)
        .await
        .unwrap();
}

#[tokio::test]
async fn every_kind_of_key_makes_a_device_that_can_authenticate() {
    let world = World::new().await;
    for key_type in KeyType::ALL {
        let party = world.device(key_type).await;
        party
            .authenticated(&world.provider, Endpoint::Token)
            .await
            .unwrap();
        let profile = add::show(&world.provider, &party.client_id)
            .await
            .unwrap()
            .registration
            .profile;
        let expected = if key_type == KeyType::Ed25519 {
            Profile::Standard
        } else {
            Profile::OnesId
        };
        assert_eq!(profile, expected, "{key_type}");
    }
}

#[tokio::test]
async fn a_key_as_deployed_machines_send_it_is_stored_in_its_canonical_form() {
    let world = World::new().await;
    // About one key in 128 has a coordinate with a leading zero byte, which those machines drop.
    let (key, x) = (0..100_000)
        .map(|_| Party::new("", KeyType::P521))
        .find_map(|party| {
            let jwk = serde_json::to_value(party.key.public().jwk()).unwrap();
            let x = base64url::decode(jwk["x"].as_str().unwrap()).unwrap();
            (x[0] == 0).then_some((jwk, x))
        })
        .unwrap();
    let short = base64url::encode(&x[1..]);
    let sent = json!({ "kty": "EC", "crv": "P-521", "x": short, "y": key["y"], "alg": "ES521" });
    let code = register(&world, &json!({ "publicKey": { "keys": [sent] } })).await;
    let registration = decide::approve(&world.provider, &code, "cli").await.unwrap();
    let stored: Value = serde_json::from_str(&registration.jwk).unwrap();
    assert_eq!((&stored["x"], &stored["alg"]), (&key["x"], &json!("ES512")));
}

#[tokio::test]
async fn a_registration_that_cannot_be_is_refused_with_the_member_to_change() {
    let world = World::new().await;
    let key = serde_json::to_value(Party::new("", KeyType::P256).key.public().jwk()).unwrap();
    let private = {
        let mut key = key.clone();
        key["d"] = json!("c2VjcmV0");
        key
    };
    let encryption = {
        let mut key = key.clone();
        key["use"] = json!("enc");
        key
    };
    let table = [
        (json!({ "publicKey": key }), "publicKey: a JWK Set"),
        (json!({ "publicKey": { "keys": [] } }), "exactly one key"),
        (json!({ "publicKey": { "keys": [key, key] } }), "exactly one key"),
        (
            json!({ "publicKey": { "keys": [private] } }),
            "send the public key only",
        ),
        (
            json!({ "publicKey": { "keys": [encryption] } }),
            "must be for signatures",
        ),
        (
            json!({ "publicKey": { "keys": [{ "kty": "RSA", "n": "AQAB", "e": "AQAB" }] } }),
            "publicKey: ",
        ),
        (json!({ "title": " " }), "title is empty"),
        (json!({ "title": "x".repeat(101) }), "title must have at most"),
        (json!({ "title": "Kiosk\u{202e}" }), "title must have at most"),
        (json!({ "location": "a\nb" }), "location must have at most"),
        (
            json!({ "role": "toaster" }),
            "role must be one of public, desktop, server",
        ),
        (
            json!({ "domain": "elsewhere.example" }),
            "domain is not one of this provider's organisations",
        ),
    ];
    for (changes, advice) in &table {
        match register::register(&world.provider, request(changes), None).await {
            Err(Failure::Refusal(refusal)) => {
                assert_eq!(refusal.code, ErrorCode::InvalidRequest, "{changes}");
                assert!(refusal.description.contains(advice), "{changes}: {refusal}");
                assert!(
                    !refusal.description.contains("onesid1.com"),
                    "other organisations are not told"
                );
            }
            other => panic!("{changes}: {other:?}"),
        }
    }
    assert_eq!(statuses(&world, None).await, []);
}

#[tokio::test]
async fn an_alias_names_the_organisation_and_titles_need_not_differ() {
    let world = World::new().await;
    register(&world, &json!({ "domain": "ONESID1" })).await;
    register(
        &world,
        &json!({ "domain": "onesid1.com", "location": "", "role": "SELF" }),
    )
    .await;
    let items = list::list(&world.provider, None).await.unwrap();
    assert!(
        items
            .iter()
            .all(|item| item.domain == "onesid1.com" && item.title == "Kiosk")
    );
    assert_eq!(items.len(), 2);
}

#[tokio::test]
async fn an_expired_registration_answers_rejected_and_cannot_be_decided() {
    let world = World::new().await;
    let code = register(&world, &json!({})).await;
    world.clock.advance(Duration::from_secs(299));
    assert_eq!(
        register::status(&world.provider, &code).await.unwrap().status,
        RegistrationStatus::Pending
    );
    world.clock.advance(Duration::from_secs(1));
    let answer = register::status(&world.provider, &code).await.unwrap();
    assert_eq!(answer.status, RegistrationStatus::Rejected);
    assert!(answer.reason.is_some());
    assert_eq!(
        refused(decide::approve(&world.provider, &code, "cli").await),
        ErrorCode::Conflict
    );
    assert_eq!(
        refused(decide::reject(&world.provider, &code, "cli", None).await),
        ErrorCode::Conflict
    );
    assert_eq!(
        statuses(&world, None).await,
        [("Kiosk".to_owned(), "expired".to_owned())]
    );
}

#[tokio::test]
async fn a_rejected_machine_learns_why() {
    let world = World::new().await;
    let code = register(&world, &json!({})).await;
    let unshowable = Some("\u{202e}".to_owned());
    assert_eq!(
        refused(decide::reject(&world.provider, &code, "cli", unshowable).await),
        ErrorCode::InvalidRequest
    );
    decide::reject(
        &world.provider,
        &code.to_lowercase(),
        "cli",
        Some("unknown machine".to_owned()),
    )
    .await
    .unwrap();
    let answer = register::status(&world.provider, &code).await.unwrap();
    assert_eq!(
        (answer.status, answer.client_id),
        (RegistrationStatus::Rejected, None)
    );
    assert_eq!(answer.reason.as_deref(), Some("unknown machine"));
    assert_eq!(
        refused(decide::approve(&world.provider, &code, "cli").await),
        ErrorCode::Conflict
    );
}

#[tokio::test]
async fn a_code_is_read_as_people_type_it_and_an_unknown_one_is_not_found() {
    let world = World::new().await;
    let code = register(&world, &json!({})).await;
    let typed = code.replace('-', "").to_lowercase();
    assert_eq!(
        register::status(&world.provider, &typed).await.unwrap().status,
        RegistrationStatus::Pending
    );
    for unknown in ["None", "", "AAAA-AAAA", "ABCD-EFGH-JKLM"] {
        assert_eq!(
            refused(register::status(&world.provider, unknown).await),
            ErrorCode::NotFound
        );
        assert_eq!(
            refused(decide::approve(&world.provider, unknown, "cli").await),
            ErrorCode::NotFound
        );
    }
}

#[tokio::test]
async fn of_two_operators_who_decide_at_once_one_wins() {
    let world = World::new().await;
    let code = register(&world, &json!({})).await;
    let (yes, no) = tokio::join!(
        decide::approve(&world.provider, &code, "alice@OnesID1"),
        decide::reject(&world.provider, &code, "bob@OnesID1", None),
    );
    assert!(yes.is_ok() != no.is_ok(), "{yes:?} {no:?}");
    let devices = world
        .provider
        .store
        .read(|tx| Ok(tx.devices().list()?))
        .await
        .unwrap();
    let clients = add::list(&world.provider).await.unwrap();
    assert_eq!(
        (devices.len(), clients.len()),
        if yes.is_ok() { (1, 1) } else { (0, 0) }
    );
}

#[tokio::test]
async fn an_approval_names_who_gave_it() {
    let world = World::new().await;
    let code = register(&world, &json!({})).await;
    let registration = decide::approve(&world.provider, &code, "alice@OnesID1")
        .await
        .unwrap();
    assert!(matches!(registration.state, RegistrationState::Approved { by, .. } if by == "alice@OnesID1"));
    let second = decide::approve(&world.provider, &code, "bob@OnesID1").await;
    assert_eq!(refused(second), ErrorCode::Conflict);
}

#[tokio::test]
async fn some_roles_become_applications() {
    let world = World::new().await;
    for (title, role) in [
        ("Files", "server"),
        ("The Matrix of Bangkok", "server"),
        ("Desk", "admin_terminal"),
        ("Counter", "registration_terminal"),
        ("Laptop", "desktop"),
        ("Other", "other"),
    ] {
        world.clock.advance(Duration::from_secs(1));
        let code = register(&world, &json!({ "title": title, "role": role })).await;
        decide::approve(&world.provider, &code, "cli").await.unwrap();
    }
    let applications = application::list::list(&world.provider).await.unwrap();
    let kinds: Vec<_> = applications
        .iter()
        .map(|one| (one.name.as_str(), one.kind))
        .collect();
    assert_eq!(
        kinds,
        [
            ("Files", ApplicationType::Server),
            ("The Matrix of Bangkok", ApplicationType::ServerMatrix),
            ("Desk", ApplicationType::Client),
            ("Counter", ApplicationType::ClientKyc),
        ]
    );
}

#[tokio::test]
async fn a_suspended_device_is_brought_back_by_an_approval_and_a_revoked_one_never() {
    let world = World::new().await;
    let device = world.device(KeyType::P256).await;
    let code = list::show(&world.provider, &device.client_id)
        .await
        .unwrap()
        .verification_code;
    let authenticated = async || device.authenticated(&world.provider, Endpoint::Token).await;

    revoke::suspend(&world.provider, &code, "cli").await.unwrap();
    assert_eq!(refused(authenticated().await), ErrorCode::InvalidClient);
    assert_eq!(
        list::show(&world.provider, &code).await.unwrap().status,
        "suspended"
    );
    assert_eq!(
        refused(revoke::suspend(&world.provider, &code, "cli").await),
        ErrorCode::Conflict
    );

    decide::approve(&world.provider, &code, "cli").await.unwrap();
    authenticated().await.unwrap();
    assert_eq!(
        list::show(&world.provider, &code).await.unwrap().status,
        "approved"
    );
    revoke::suspend(&world.provider, &device.client_id, "cli")
        .await
        .unwrap();
    decide::approve(&world.provider, &device.client_id, "cli")
        .await
        .unwrap();
    authenticated().await.unwrap();

    revoke::revoke(&world.provider, &device.client_id, "cli")
        .await
        .unwrap();
    assert_eq!(refused(authenticated().await), ErrorCode::InvalidClient);
    assert_eq!(
        list::show(&world.provider, &code).await.unwrap().status,
        "revoked"
    );
    for outcome in [
        revoke::revoke(&world.provider, &code, "cli").await.map(drop),
        revoke::suspend(&world.provider, &code, "cli").await.map(drop),
        decide::approve(&world.provider, &code, "cli").await.map(drop),
    ] {
        assert_eq!(refused(outcome), ErrorCode::Conflict);
    }
}

#[tokio::test]
async fn stopping_a_device_ends_the_tokens_that_it_holds_for_people() {
    let world = World::new().await;
    let device = world.device(KeyType::P256).await;
    let (_, phone) = world.person("alice@OnesID1").await;
    world.signed_in(&device, &phone, "openid offline_access").await;
    revoke::suspend(&world.provider, &device.client_id, "cli")
        .await
        .unwrap();
    let last = world
        .provider
        .store
        .read(|tx| Ok(tx.audit().page(0, 1000)?.pop()))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(last.action, "device.suspend");
    assert!(last.detail.contains("\"grants_revoked\":1"), "{}", last.detail);
}

#[tokio::test]
async fn what_was_never_approved_cannot_be_stopped() {
    let world = World::new().await;
    let code = register(&world, &json!({})).await;
    assert_eq!(
        refused(revoke::revoke(&world.provider, &code, "cli").await),
        ErrorCode::Conflict
    );
    let unknown = "7b0a7a60-0000-4000-8000-000000000000";
    assert_eq!(
        refused(revoke::revoke(&world.provider, unknown, "cli").await),
        ErrorCode::NotFound
    );
}

#[tokio::test]
async fn the_list_is_newest_first_and_filtered_by_status() {
    let world = World::new().await;
    let mut codes = Vec::new();
    for title in ["one", "two", "three"] {
        codes.push(register(&world, &json!({ "title": title })).await);
        world.clock.advance(Duration::from_secs(1));
    }
    decide::reject(&world.provider, &codes[0], "cli", None)
        .await
        .unwrap();
    decide::approve(&world.provider, &codes[1], "cli").await.unwrap();
    let titles: Vec<_> = statuses(&world, None)
        .await
        .into_iter()
        .map(|(title, _)| title)
        .collect();
    assert_eq!(titles, ["three", "two", "one"]);
    for (status, title) in [("pending", "three"), ("approved", "two"), ("rejected", "one")] {
        let found = statuses(&world, Some(DeviceStatus::parse(status).unwrap())).await;
        assert_eq!(found, [(title.to_owned(), status.to_owned())]);
    }
    assert!(
        DeviceStatus::parse("lost")
            .unwrap_err()
            .description
            .contains("pending, approved")
    );
}

#[tokio::test]
async fn one_address_may_not_flood_the_operator() {
    let world = World::new().await;
    let from = async |address: &str| -> Outcome<register::Registered> {
        register::register(&world.provider, request(&json!({})), Some(address.to_owned())).await
    };
    for _ in 0..10 {
        from("192.0.2.1").await.unwrap();
    }
    world.clock.advance(Duration::from_secs(100));
    match from("192.0.2.1").await {
        Err(Failure::Refusal(refusal)) => {
            assert_eq!(refusal.code, ErrorCode::TooManyRequests);
            assert_eq!(
                refusal.retry_after,
                Some(Duration::from_secs(200)),
                "when the oldest one ends"
            );
        }
        other => panic!("{other:?}"),
    }
    from("192.0.2.2").await.unwrap();
    world.clock.advance(Duration::from_secs(200));
    from("192.0.2.1").await.unwrap();
}
