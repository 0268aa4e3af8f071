//! Changing and removing applications, completing what a device became, and what suspending one stops.

use crate::support::refused;
use countersign_core::Outcome;
use countersign_core::application::add::{self, NewApplication};
use countersign_core::application::{
    Application, ApplicationType, change, disable, list, remove, well_known,
};
use countersign_core::client::Endpoint;
use countersign_core::id::DeviceId;
use countersign_core::oidc::refresh;
use countersign_jose::KeyType;
use countersign_protocol::ErrorCode;
use countersign_protocol::approval::VerificationMode;
use countersign_protocol::token::TokenAnswer;
use countersign_testkit::{Party, SoftPhone, World};
use serde_json::{Value, json};

async fn added(world: &World, hostname: &str, device: &Party) -> Application {
    let new = NewApplication {
        hostname: Some(hostname.to_owned()),
        client_id: Some(device.client_id.clone()),
        ..NewApplication::new("Wiki", ApplicationType::ServerOauth2)
    };
    add::add(&world.provider, new, "cli").await.unwrap()
}

async fn patch(world: &World, id: &str, patch: Value) -> Outcome<Application> {
    let Value::Object(patch) = patch else {
        panic!("a patch is an object");
    };
    change::change(&world.provider, id, patch, "master@OnesID1").await
}

#[tokio::test]
async fn what_an_operator_says_of_a_device_completes_its_own_application() {
    let world = World::new().await;
    let device = world.device(KeyType::P256).await;
    let automatic = list::list(&world.provider).await.unwrap().remove(0);
    let completed = added(&world, "wiki.example", &device).await;
    assert_eq!(
        (completed.id, completed.created_at),
        (automatic.id, automatic.created_at)
    );
    assert_eq!(completed.kind, ApplicationType::ServerOauth2);
    // The second one is another application: the first has a name now.
    added(&world, "blog.example", &device).await;
    let all = list::list(&world.provider).await.unwrap();
    let names: Vec<_> = all.iter().map(|one| one.hostname.as_deref()).collect();
    assert_eq!(names, [Some("wiki.example"), Some("blog.example")]);
}

#[tokio::test]
async fn a_device_is_named_by_its_id_its_client_id_or_both_if_they_agree() {
    let world = World::new().await;
    let (one, other) = (
        world.device(KeyType::P256).await,
        world.device(KeyType::P256).await,
    );
    let device_of = |party: &Party| {
        let client = party.client_id.clone();
        let store = &world.provider.store;
        async move {
            let client = countersign_core::id::ClientId::parse(&client).unwrap();
            let found = store.read(move |tx| Ok(tx.devices().by_client(&client)?)).await;
            found.unwrap().unwrap().id
        }
    };
    let named = |id: Option<DeviceId>, client: Option<&Party>| NewApplication {
        device_id: id,
        client_id: client.map(|party| party.client_id.clone()),
        ..NewApplication::new("Wiki", ApplicationType::Server)
    };
    let id = device_of(&one).await;
    let by_id = add::add(&world.provider, named(Some(id), None), "cli")
        .await
        .unwrap();
    assert_eq!(by_id.client_id.unwrap().as_str(), one.client_id);
    add::add(&world.provider, named(Some(id), Some(&one)), "cli")
        .await
        .unwrap();
    let foreign = add::add(&world.provider, named(Some(id), Some(&other)), "cli").await;
    assert_eq!(refused(foreign), ErrorCode::InvalidRequest);
    let unknown = DeviceId("0b9c8e3e-3f0e-4c0e-9a53-2d7f4f9f1c11".parse().unwrap());
    let nobody = add::add(&world.provider, named(Some(unknown), None), "cli").await;
    assert_eq!(refused(nobody), ErrorCode::InvalidRequest);
}

#[tokio::test]
async fn a_patch_changes_what_it_names_and_nothing_else() {
    let world = World::new().await;
    let device = world.device(KeyType::P256).await;
    let before = added(&world, "wiki.example", &device).await;
    let id = before.id.to_string();
    let changes = json!({
        "name": "Handbook",
        "type": "SERVER",
        "metadata": { "hostname": "Handbook.example", "description": "Ours", "verificationMode": "compare" },
    });
    let after = patch(&world, &id, changes).await.unwrap();
    let expected = Application {
        name: "Handbook".to_owned(),
        kind: ApplicationType::Server,
        hostname: Some("handbook.example".to_owned()),
        description: Some("Ours".to_owned()),
        verification_mode: Some(VerificationMode::Compare),
        ..before.clone()
    };
    assert_eq!(after, expected);
    let after = patch(&world, &id, json!({ "metadata": { "description": null } }))
        .await
        .unwrap();
    assert_eq!(
        after,
        Application {
            description: None,
            ..expected
        }
    );
    let found = list::show(&world.provider, "handbook.example").await.unwrap();
    assert_eq!(found, after);
    assert_eq!(
        refused(list::show(&world.provider, "wiki.example").await),
        ErrorCode::NotFound
    );
}

#[tokio::test]
async fn a_patch_names_another_device_by_either_of_its_names() {
    let world = World::new().await;
    let (one, other) = (
        world.device(KeyType::P256).await,
        world.device(KeyType::P256).await,
    );
    let id = added(&world, "wiki.example", &one).await.id.to_string();
    let moved = patch(&world, &id, json!({ "device": { "clientId": other.client_id } }))
        .await
        .unwrap();
    assert_eq!(moved.client_id.unwrap().as_str(), other.client_id);
    let stored = list::stored(&world.provider, moved.id).await.unwrap();
    let both = json!(stored.application.device.unwrap());
    let back = patch(
        &world,
        &id,
        json!({ "device": { "id": both["id"], "clientId": one.client_id } }),
    )
    .await;
    assert_eq!(refused(back), ErrorCode::InvalidRequest);
    let nobody = patch(&world, &id, json!({ "device": null })).await.unwrap();
    assert_eq!(nobody.client_id, None);
}

#[tokio::test]
async fn a_patch_that_does_not_fit_changes_nothing() {
    let world = World::new().await;
    let device = world.device(KeyType::P256).await;
    let before = added(&world, "wiki.example", &device).await;
    let id = before.id.to_string();
    for wrong in [
        json!({ "hostname": "x.example" }),
        json!({ "id": "0b9c8e3e-3f0e-4c0e-9a53-2d7f4f9f1c11" }),
        json!({ "metadata": { "hostName": "x.example" } }),
        json!({ "device": { "client_id": "x" } }),
        json!({ "isEnabled": null }),
        json!({ "isEnabled": "no" }),
        json!({ "name": null }),
        json!({ "name": "" }),
        json!({ "type": "robot" }),
        json!({ "metadata": "none" }),
        json!({ "metadata": { "hostname": "https://x.example" } }),
        json!({ "metadata": { "verificationMode": "strong" } }),
        json!({ "device": { "clientId": "nobody" } }),
        json!({ "device": { "id": "0b9c8e3e-3f0e-4c0e-9a53-2d7f4f9f1c11" } }),
    ] {
        let shown = wrong.to_string();
        let outcome = patch(&world, &id, wrong).await;
        assert!(outcome.is_err(), "{shown}");
        assert_eq!(refused(outcome), ErrorCode::InvalidRequest, "{shown}");
    }
    let nameless = NewApplication::new("Other", ApplicationType::Server);
    let other = add::add(&world.provider, nameless, "cli").await.unwrap();
    let taken = json!({ "metadata": { "hostname": "WIKI.example" } });
    let outcome = patch(&world, &other.id.to_string(), taken).await;
    assert_eq!(refused(outcome), ErrorCode::Conflict);
    assert_eq!(list::list(&world.provider).await.unwrap(), [before, other]);
}

#[tokio::test]
async fn a_removed_application_is_gone_and_its_names_are_free() {
    let world = World::new().await;
    let device = world.device(KeyType::P256).await;
    let old = added(&world, "wiki.example", &device).await;
    remove::remove(&world.provider, "wiki.example", "cli")
        .await
        .unwrap();
    assert!(list::list(&world.provider).await.unwrap().is_empty());
    assert_eq!(well_known::list(&world.provider, None).await.unwrap().total, 0);
    let id = old.id.to_string();
    assert_eq!(
        refused(remove::remove(&world.provider, &id, "cli").await),
        ErrorCode::NotFound
    );
    assert_eq!(
        refused(patch(&world, &id, json!({ "isEnabled": true })).await),
        ErrorCode::NotFound
    );
    assert_eq!(
        refused(disable::enable(&world.provider, &id, "cli").await),
        ErrorCode::NotFound
    );

    let (_, phone) = world.person("ann@OnesID1").await;
    let asks = json!({ "scope": "openid", "login_hint": phone.username, "binding_message": "Sign in" });
    assert_eq!(
        refused(world.start(&device, &asks).await),
        ErrorCode::UnauthorizedClient
    );
    let new = added(&world, "wiki.example", &device).await;
    assert_ne!(new.id, old.id);
    world.start(&device, &asks).await.unwrap();
}

/// A sign-in of a service to another one's resource.
struct SignIn {
    world: World,
    resource: Application,
    service: Party,
    phone: SoftPhone,
}

impl SignIn {
    async fn new() -> Self {
        let world = World::new().await;
        let owner = world.device(KeyType::P256).await;
        let service = world.device(KeyType::P256).await;
        let resource = added(&world, "wiki.example", &owner).await;
        let (_, phone) = world.person("ann@OnesID1").await;
        Self {
            world,
            resource,
            service,
            phone,
        }
    }

    /// Asked and approved, not yet collected.
    async fn approved(&self) -> String {
        let asks = json!({
            "scope": "openid offline_access", "login_hint": self.phone.username, "binding_message": "Sign in",
            "resource": "https://wiki.example",
        });
        let started = self.world.start(&self.service, &asks).await.unwrap();
        let provider = &self.world.provider;
        let item = self.phone.approvals(provider).await.unwrap().remove(0);
        self.phone
            .decide(provider, &item, "approved", &json!({}))
            .await
            .unwrap();
        started.auth_req_id
    }

    async fn suspend(&self, suspended: bool) {
        let id = self.resource.id.to_string();
        patch(&self.world, &id, json!({ "isEnabled": !suspended }))
            .await
            .unwrap();
    }

    async fn refresh(&self, token: &str) -> Outcome<TokenAnswer> {
        let provider = &self.world.provider;
        let caller = self
            .service
            .authenticated(provider, Endpoint::Token)
            .await
            .unwrap();
        refresh::refresh(provider, caller, token, None, self.world.now()).await
    }
}

#[tokio::test]
async fn a_suspended_application_refuses_sign_ins_that_are_on_their_way() {
    let sign_in = SignIn::new().await;
    let auth_req_id = sign_in.approved().await;
    sign_in.suspend(true).await;
    let outcome = sign_in.world.poll(&sign_in.service, &auth_req_id).await;
    assert_eq!(refused(outcome), ErrorCode::InvalidTarget);
    sign_in.suspend(false).await;
    sign_in.world.poll(&sign_in.service, &auth_req_id).await.unwrap();
}

#[tokio::test]
async fn tokens_for_a_suspended_application_are_not_renewed() {
    let sign_in = SignIn::new().await;
    let auth_req_id = sign_in.approved().await;
    let tokens = sign_in.world.poll(&sign_in.service, &auth_req_id).await.unwrap();
    let token = tokens.refresh_token.unwrap();
    sign_in.suspend(true).await;
    assert_eq!(refused(sign_in.refresh(&token).await), ErrorCode::InvalidTarget);
    // The grant itself stands: an operator who made a mistake signs nobody out.
    sign_in.suspend(false).await;
    sign_in.refresh(&token).await.unwrap();
}

#[tokio::test]
async fn a_resource_that_went_to_another_client_is_not_the_one_that_was_approved() {
    let sign_in = SignIn::new().await;
    let auth_req_id = sign_in.approved().await;
    let stranger = sign_in.world.device(KeyType::P256).await;
    let id = sign_in.resource.id.to_string();
    let moved = json!({ "device": { "clientId": stranger.client_id } });
    patch(&sign_in.world, &id, moved).await.unwrap();
    let outcome = sign_in.world.poll(&sign_in.service, &auth_req_id).await;
    assert_eq!(refused(outcome), ErrorCode::InvalidTarget);
}
