//! Applications, their list for clients, and what a `resource` names (onesid.md §9, RFC 8707).

use crate::support::refused;
use countersign_core::Outcome;
use countersign_core::application::add::{self, NewApplication};
use countersign_core::application::{Application, ApplicationType, disable, list, resource, well_known};
use countersign_core::device::revoke;
use countersign_core::oidc::{Audience, discovery};
use countersign_core::time::Duration;
use countersign_jose::KeyType;
use countersign_protocol::ErrorCode;
use countersign_testkit::World;
use serde_json::json;

fn named(name: &str) -> NewApplication {
    NewApplication::new(name, ApplicationType::Server)
}

fn at(hostname: &str) -> NewApplication {
    NewApplication {
        hostname: Some(hostname.to_owned()),
        ..named(hostname)
    }
}

/// Adds an application a second after the one before it, since lists are by creation.
async fn add(world: &World, new: NewApplication) -> Outcome<Application> {
    world.clock.advance(Duration::from_secs(1));
    add::add(&world.provider, new, "cli").await
}

async fn audience(world: &World, resource: &str) -> Outcome<Audience> {
    let (host, resource) = (world.provider.host.clone(), resource.to_owned());
    world
        .provider
        .store
        .read(move |tx| resource::audience(tx, &host, &resource))
        .await
}

#[tokio::test]
async fn an_application_is_found_by_id_identifier_and_host_name() {
    let world = World::new().await;
    let new = NewApplication {
        client_identifier: Some("vhh-server".to_owned()),
        ..at("RP.Example")
    };
    let added = add(&world, new).await.unwrap();
    assert_eq!(added.hostname.as_deref(), Some("rp.example"));
    for name in [added.id.to_string().as_str(), "vhh-server", "rp.EXAMPLE"] {
        assert_eq!(list::show(&world.provider, name).await.unwrap(), added, "{name}");
    }
    assert_eq!(
        refused(list::show(&world.provider, "other.example").await),
        ErrorCode::NotFound
    );
    assert_eq!(list::list(&world.provider).await.unwrap(), [added]);
}

#[tokio::test]
async fn host_names_and_identifiers_are_given_once() {
    let world = World::new().await;
    let identified = |name| NewApplication {
        client_identifier: Some("one".to_owned()),
        ..named(name)
    };
    add(&world, at("rp.example")).await.unwrap();
    add(&world, identified("first")).await.unwrap();
    assert_eq!(
        refused(add(&world, at("RP.example:443")).await),
        ErrorCode::Conflict
    );
    assert_eq!(
        refused(add(&world, identified("second")).await),
        ErrorCode::Conflict
    );
    assert_eq!(list::list(&world.provider).await.unwrap().len(), 2);
}

#[tokio::test]
async fn an_application_that_cannot_be_is_refused() {
    let world = World::new().await;
    for new in [
        named(""),
        named("\u{202e}"),
        at("https://rp.example"),
        NewApplication {
            client_identifier: Some("a b".to_owned()),
            ..named("x")
        },
        NewApplication {
            description: Some(String::new()),
            ..named("x")
        },
        NewApplication {
            client_id: Some("nobody".to_owned()),
            ..named("x")
        },
    ] {
        let shown = format!("{new:?}");
        let refusal = add(&world, new).await.map(drop);
        assert!(refusal.is_err(), "{shown}");
        assert_eq!(refused(refusal), ErrorCode::InvalidRequest);
    }
}

#[tokio::test]
async fn only_enabled_applications_with_a_host_name_are_listed_for_clients() {
    let world = World::new().await;
    world.device(KeyType::P256).await;
    let hidden = NewApplication {
        is_hidden: true,
        ..at("one.example")
    };
    add(&world, hidden).await.unwrap();
    add(&world, at("two.example")).await.unwrap();
    add(&world, at("three.example")).await.unwrap();
    disable::disable(&world.provider, "two.example", "cli")
        .await
        .unwrap();

    let listed = well_known::list(&world.provider, Some(1)).await.unwrap();
    assert_eq!((listed.applications.len(), listed.total), (1, 2));
    let listed = serde_json::to_value(well_known::list(&world.provider, None).await.unwrap()).unwrap();
    let hostnames: Vec<_> = listed["applications"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["hostname"])
        .collect();
    assert_eq!(hostnames, ["one.example", "three.example"]);
    assert_eq!(listed["applications"][0]["type"], "server");
    assert_eq!(listed["applications"][0]["isHidden"], true);

    disable::enable(&world.provider, "two.example", "cli")
        .await
        .unwrap();
    assert_eq!(well_known::list(&world.provider, None).await.unwrap().total, 3);
    assert_eq!(
        refused(disable::enable(&world.provider, "two.example", "cli").await),
        ErrorCode::Conflict
    );
}

#[tokio::test]
async fn a_resource_names_the_client_of_its_application() {
    let world = World::new().await;
    let device = world.device(KeyType::P256).await;
    let plain = world.service(KeyType::P256, &json!({})).await;
    let held = |hostname, client: &str| NewApplication {
        client_id: Some(client.to_owned()),
        ..at(hostname)
    };
    add(&world, held("rp.example", &device.client_id)).await.unwrap();
    add(&world, held("rp.example:8443", &plain.client_id))
        .await
        .unwrap();
    for (resource, client) in [
        ("https://rp.example", &device),
        ("https://RP.example/", &device),
        ("https://rp.example:9443", &device),
        ("https://rp.example:8443", &plain),
    ] {
        let audience = audience(&world, resource).await.unwrap();
        assert_eq!(
            (audience.client_id.as_str(), audience.resource.as_str()),
            (client.client_id.as_str(), resource)
        );
    }
}

#[tokio::test]
async fn every_resource_that_is_none_is_refused_in_the_same_words() {
    let world = World::new().await;
    let device = world.device(KeyType::P256).await;
    let held = |hostname| NewApplication {
        client_id: Some(device.client_id.clone()),
        ..at(hostname)
    };
    add(&world, at("keyless.example")).await.unwrap();
    add(&world, held("disabled.example")).await.unwrap();
    add(&world, held("stopped.example")).await.unwrap();
    disable::disable(&world.provider, "disabled.example", "cli")
        .await
        .unwrap();
    assert!(audience(&world, "https://stopped.example").await.is_ok());
    revoke::suspend(&world.provider, &device.client_id, "cli")
        .await
        .unwrap();

    let mut words = Vec::new();
    for host in ["unknown", "keyless", "disabled", "stopped"] {
        let outcome = audience(&world, &format!("https://{host}.example")).await;
        words.push(outcome.as_ref().unwrap_err().to_string());
        assert_eq!(refused(outcome), ErrorCode::InvalidTarget);
    }
    assert_eq!(
        refused(audience(&world, "http://stopped.example").await),
        ErrorCode::InvalidTarget
    );
    words.dedup();
    assert_eq!(words.len(), 1, "{words:?}");
}

#[tokio::test]
async fn discovery_names_what_published_clients_need() {
    let world = World::new().await;
    let metadata = serde_json::to_value(discovery::metadata(&world.provider)).unwrap();
    assert_eq!(metadata["issuer"], "https://idp.example/oidc");
    for (member, path) in [
        ("token_endpoint", "token"),
        ("jwks_uri", "jwks"),
        ("userinfo_endpoint", "me"),
        ("introspection_endpoint", "token/introspection"),
        ("revocation_endpoint", "token/revocation"),
        ("backchannel_authentication_endpoint", "backchannel"),
    ] {
        assert_eq!(metadata[member], format!("https://idp.example/oidc/{path}"));
    }
    assert_eq!(
        metadata["backchannel_token_delivery_modes_supported"],
        json!(["poll"])
    );
    assert_eq!(
        metadata["id_token_signing_alg_values_supported"],
        json!(["RS256", "ES256"])
    );
    assert_eq!(metadata["backchannel_user_code_parameter_supported"], false);
    for (member, value) in metadata.as_object().unwrap() {
        // OpenID Connect Discovery §4.2: members with zero elements are left out.
        assert!(value.as_array().is_none_or(|list| !list.is_empty()), "{member}");
        let symmetric = value
            .as_array()
            .is_some_and(|list| list.iter().any(|one| one == "HS256"));
        assert!(!symmetric, "{member}");
    }
}
