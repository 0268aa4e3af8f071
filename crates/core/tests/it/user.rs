//! People, organisations, invitations and phones, as an operator handles them.

use crate::support::refused;
use countersign_core::authenticator::{invite, revoke};
use countersign_core::client::Endpoint;
use countersign_core::id::AuthenticatorId;
use countersign_core::secret::OpaqueToken;
use countersign_core::text::Username;
use countersign_core::user::{IdpRole, add, disable, find, stops};
use countersign_jose::{KeyType, base64url};
use countersign_protocol::ErrorCode;
use countersign_testkit::World;
use serde_json::json;

#[tokio::test]
async fn a_person_is_found_by_any_name_of_the_organisation_in_any_case() {
    let world = World::new().await;
    let alice = world.user("Alice.Smith@OnesID1", IdpRole::Admin).await;
    let id = alice.id.to_string();
    for name in [
        "alice.smith@onesid1.com",
        "ALICE.SMITH@ONESID1",
        "Alice.Smith@OnesID1",
        &id,
    ] {
        let found = find::find(&world.provider, name).await.unwrap();
        assert_eq!(found, alice, "{name}");
        assert_eq!(
            found.username.as_str(),
            "Alice.Smith@OnesID1",
            "shown as it was written"
        );
    }
    let unknown = [
        "bob@onesid1.com",
        "alice.smith@elsewhere.example",
        "alice.smith",
        "",
        "@onesid1.com",
    ];
    for name in unknown {
        assert_eq!(
            refused(find::find(&world.provider, name).await),
            ErrorCode::NotFound
        );
    }
    let username = Username::parse("alice.smith@onesid1").unwrap();
    let found = world
        .provider
        .store
        .read(move |tx| Ok(tx.users().by_username(&username)?))
        .await
        .unwrap();
    assert_eq!(found, Some(alice));
}

#[tokio::test]
async fn a_username_is_given_once_in_whatever_spelling() {
    let world = World::new().await;
    world.user("alice@OnesID1", IdpRole::User).await;
    for taken in ["alice@OnesID1", "ALICE@onesid1.com"] {
        let again = add::add(&world.provider, taken, IdpRole::User, None).await;
        assert_eq!(refused(again), ErrorCode::Conflict);
    }
    assert_eq!(find::list(&world.provider).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_no_username_or_name_is_refused() {
    let world = World::new().await;
    for wrong in [
        "alice",
        "a lice@OnesID1",
        "@OnesID1",
        "alice@",
        "al\u{202e}ice@OnesID1",
        "alice@elsewhere.example",
    ] {
        let added = add::add(&world.provider, wrong, IdpRole::User, None).await;
        assert_eq!(refused(added), ErrorCode::InvalidRequest);
    }
    for name in ["", "\u{200b}", &"x".repeat(101)] {
        let added = add::add(
            &world.provider,
            "alice@OnesID1",
            IdpRole::User,
            Some(name.to_owned()),
        )
        .await;
        assert_eq!(refused(added), ErrorCode::InvalidRequest);
    }
    let named = add::add(
        &world.provider,
        "alice@OnesID1",
        IdpRole::User,
        Some("Alice".to_owned()),
    )
    .await;
    assert_eq!(named.unwrap().name.as_deref(), Some("Alice"));
}

#[tokio::test]
async fn an_organisation_has_names_that_no_other_has() {
    let world = World::new().await;
    let create = async |domain: &str, aliases: &[&str]| {
        let aliases: Vec<_> = aliases.iter().map(|alias| (*alias).to_owned()).collect();
        add::create_organisation(&world.provider, domain, &aliases).await
    };
    assert_eq!(refused(create("ONESID1.com", &[]).await), ErrorCode::Conflict);
    assert_eq!(
        refused(create("other.example", &["onesid1"]).await),
        ErrorCode::Conflict
    );
    for (domain, aliases) in [
        ("", vec![]),
        ("a b", vec![]),
        ("a@b", vec![]),
        ("a/b", vec![]),
        ("a", vec!["A"]),
        ("a", vec!["b", "B"]),
        ("a", vec!["\u{202e}"]),
    ] {
        assert_eq!(refused(create(domain, &aliases).await), ErrorCode::InvalidRequest);
    }
    let other = create("Other.Example", &["Other"]).await.unwrap();
    assert_eq!((other.domain.as_str(), other.label()), ("other.example", "Other"));
    let bob = world.user("bob@OTHER", IdpRole::User).await;
    assert_eq!(bob.organisation_id, other.id);
}

#[tokio::test]
async fn disabling_a_person_ends_every_token_in_their_name() {
    let world = World::new().await;
    let device = world.device(KeyType::P256).await;
    let (alice, phone) = world.person("alice@OnesID1").await;
    world.signed_in(&device, &phone, "openid offline_access").await;
    let disabled = disable::disable(&world.provider, "alice@onesid1.com", "cli")
        .await
        .unwrap();
    assert_eq!(disabled.disabled_at, Some(world.now()));
    let last = world
        .provider
        .store
        .read(|tx| Ok(tx.audit().page(0, 1000)?.pop()))
        .await
        .unwrap()
        .unwrap();
    assert!(last.detail.contains("\"grants_revoked\":1"), "{}", last.detail);
    let started = world
        .start(
            &device,
            &json!({ "scope": "openid", "login_hint": "alice@OnesID1", "binding_message": "hi" }),
        )
        .await;
    assert!(started.is_err(), "nobody signs in as a disabled person");

    assert_eq!(
        refused(disable::disable(&world.provider, "alice@OnesID1", "cli").await),
        ErrorCode::Conflict
    );
    let enabled = disable::enable(&world.provider, &alice.id.to_string(), "cli")
        .await
        .unwrap();
    assert_eq!(enabled, alice);
    assert_eq!(
        refused(disable::enable(&world.provider, "alice@OnesID1", "cli").await),
        ErrorCode::Conflict
    );
}

#[tokio::test]
async fn an_invitation_carries_its_host_and_only_its_digest_is_kept() {
    let world = World::new().await;
    let alice = world.user("alice@OnesID1", IdpRole::User).await;
    let invited = invite::invite(&world.provider, &alice, "cli").await.unwrap();
    let text = invited.invitation.reveal();
    let bytes = base64url::decode(text).unwrap();
    assert_eq!(&bytes[32..], b"https://idp.example");
    assert_eq!(invited.url.as_str(), format!("https://idp.example/enroll#{text}"));
    assert_eq!(
        invited.expires_at,
        world.now() + world.provider.policy.lifetime.invitation
    );

    let digest = OpaqueToken::presented(text).digest();
    let kept = world
        .provider
        .store
        .read(move |tx| Ok(tx.authenticators().invitation(&digest)?))
        .await
        .unwrap();
    assert_eq!(kept.unwrap().user_id, alice.id);
    let records = world
        .provider
        .store
        .read(|tx| Ok(tx.audit().page(0, 1000)?))
        .await
        .unwrap();
    assert!(
        records.iter().all(|record| !record.detail.contains(text)),
        "the log holds no secret"
    );
    let second = invite::invite(&world.provider, &alice, "cli").await.unwrap();
    assert_ne!(second.invitation.reveal(), text);
}

#[tokio::test]
async fn a_disabled_person_is_not_invited() {
    let world = World::new().await;
    let alice = world.user("alice@OnesID1", IdpRole::User).await;
    disable::disable(&world.provider, "alice@OnesID1", "cli")
        .await
        .unwrap();
    let invited = invite::invite(&world.provider, &alice, "cli").await;
    assert_eq!(refused(invited.map(drop)), ErrorCode::Conflict);
}

#[tokio::test]
async fn a_revoked_phone_is_a_client_no_more_and_its_person_keeps_the_other() {
    let world = World::new().await;
    let (alice, lost) = world.person("alice@OnesID1").await;
    let kept = world.phone_of(&alice).await;
    world.person("bob@OnesID1").await;
    let phones = revoke::list(&world.provider, Some(alice.id)).await.unwrap();
    assert_eq!(phones.len(), 2);
    assert_eq!(revoke::list(&world.provider, None).await.unwrap().len(), 3);

    let id = phones
        .iter()
        .find(|phone| phone.client_id.as_str() == lost.party.client_id)
        .unwrap()
        .id;
    let revoked = revoke::revoke(&world.provider, id, "cli").await.unwrap();
    assert_eq!(revoked.revoked_at, Some(world.now()));
    let outcome = lost.party.authenticated(&world.provider, Endpoint::Token).await;
    assert_eq!(refused(outcome), ErrorCode::InvalidClient);
    kept.party
        .authenticated(&world.provider, Endpoint::Token)
        .await
        .unwrap();
    assert_eq!(
        refused(revoke::revoke(&world.provider, id, "cli").await),
        ErrorCode::Conflict
    );
    let unknown: AuthenticatorId = "7b0a7a60-0000-4000-8000-000000000000".parse().unwrap();
    assert_eq!(
        refused(revoke::revoke(&world.provider, unknown, "cli").await),
        ErrorCode::NotFound
    );
}

#[tokio::test]
async fn a_report_stands_until_an_operator_clears_it() {
    let world = World::new().await;
    let device = world.device(KeyType::P256).await;
    let (alice, phone) = world.person("alice@OnesID1").await;
    let parameters = json!({ "scope": "openid", "login_hint": "alice@OnesID1", "binding_message": "hi" });
    world.start(&device, &parameters).await.unwrap();
    let item = phone.approvals(&world.provider).await.unwrap().pop().unwrap();
    phone
        .decide(&world.provider, &item, "denied", &json!({ "reason": "not_me" }))
        .await
        .unwrap();

    let standing = stops::list(&world.provider).await.unwrap();
    assert_eq!(standing.len(), 1);
    assert_eq!(
        (standing[0].user.id, standing[0].client_id.as_str()),
        (alice.id, device.client_id.as_str())
    );
    let clear = async |user: &str, client: &str| stops::clear(&world.provider, user, client, "cli").await;
    assert_eq!(
        refused(clear("alice@OnesID1", "another client").await),
        ErrorCode::NotFound
    );
    assert_eq!(
        refused(clear("nobody@OnesID1", &device.client_id).await),
        ErrorCode::NotFound
    );
    clear("ALICE@onesid1.com", &device.client_id).await.unwrap();
    assert_eq!(stops::list(&world.provider).await.unwrap(), []);
    assert_eq!(
        refused(clear("alice@OnesID1", &device.client_id).await),
        ErrorCode::NotFound
    );
}
