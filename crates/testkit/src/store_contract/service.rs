//! Services of X.1280.

use super::sample::at;
use super::sample::x1280::{service, service_client, service_id, services};
use super::{Fixture, fault, read, write};
use countersign_core::store::{Store, Writing};
use countersign_core::x1280::Service;
use countersign_protocol::x1280::{ClaimStyle, IdentityScope};
use std::sync::Arc;

async fn found(store: &Arc<dyn Store>, n: u8) -> Option<Service> {
    read(store, move |tx| tx.services().by_id(&service_id(n))).await
}

/// With everything, and with nothing that may be left out.
pub async fn a_service_comes_back_as_it_was(fixture: &dyn Fixture) {
    let store = fixture.open();
    let bare = Service {
        logo_url: None,
        privacy_url: Some("https://shop.example/privacy".to_owned()),
        allowed_scopes: vec![IdentityScope::AgeOver21],
        origins: vec![],
        claim_style: ClaimStyle::Snake,
        consent_required: false,
        ..service(3)
    };
    services(&store).await;
    let inserted = bare.clone();
    write(&store, move |tx| {
        tx.clients_mut().insert(&service_client(3))?;
        tx.services_mut().insert(&inserted)
    })
    .await;
    assert_eq!(found(&store, 1).await, Some(service(1)));
    assert_eq!(found(&store, 3).await, Some(bare.clone()));
    assert_eq!(found(&store, 4).await, None);
    let all = read(&store, |tx| tx.services().list()).await;
    assert_eq!(all, [service(1), service(2), bare]);
    fault(&store, |tx| tx.services_mut().insert(&service(1))).await;
    fault(&store, |tx| tx.services_mut().insert(&service(4))).await;
}

/// What happens to the client happens to the service.
pub async fn a_service_is_disabled_with_its_client(fixture: &dyn Fixture) {
    let store = fixture.open();
    services(&store).await;
    let set = |at| {
        move |tx: &mut dyn Writing| {
            let id = service_id(1);
            tx.clients_mut().set_disabled(id.client_id(), at)
        }
    };
    write(&store, set(Some(at(9)))).await;
    let disabled_at = |service: Option<Service>| service.and_then(|service| service.disabled_at);
    assert_eq!(disabled_at(found(&store, 1).await), Some(at(9)));
    assert_eq!(disabled_at(found(&store, 2).await), None);
    write(&store, set(None)).await;
    assert_eq!(disabled_at(found(&store, 1).await), None);
}

/// By the exact text, of a service that is not disabled; two may share one.
pub async fn origins_of_services_in_use_are_known(fixture: &dyn Fixture) {
    let store = fixture.open();
    services(&store).await;
    let known = |origin: &'static str| read(&store, move |tx| tx.services().origin_known(origin));
    for origin in [
        "https://shop1.example",
        "https://shop2.example",
        "https://shared.example",
    ] {
        assert!(known(origin).await, "{origin}");
    }
    for origin in [
        "https://shop3.example",
        "https://SHOP1.example",
        "shop1.example",
        "",
    ] {
        assert!(!known(origin).await, "{origin}");
    }
    write(&store, |tx| {
        let id = service_id(1);
        tx.clients_mut().set_disabled(id.client_id(), Some(at(9)))
    })
    .await;
    assert!(!known("https://shop1.example").await);
    assert!(
        known("https://shared.example").await,
        "the other one still has it"
    );
}

/// Of two operators who look at the same moment one rotates.
pub async fn a_service_is_rotated_once_from_each_state(fixture: &dyn Fixture) {
    let store = fixture.open();
    services(&store).await;
    let rotate = |before: Service, after: Service| {
        move |tx: &mut dyn Writing| tx.services_mut().rotate(&before, &after)
    };
    let rotated = Service {
        vds_issued_at: at(60),
        vds_expires_at: at(90),
        response_key_version: 2,
        ..service(1)
    };
    let other = Service {
        vds_issued_at: at(61),
        ..rotated.clone()
    };
    assert!(write(&store, rotate(service(1), rotated.clone())).await);
    assert!(!write(&store, rotate(service(1), other.clone())).await);
    assert_eq!(found(&store, 1).await, Some(rotated.clone()));
    assert!(write(&store, rotate(rotated, other.clone())).await);
    assert_eq!(found(&store, 1).await, Some(other.clone()));
    assert_eq!(found(&store, 2).await, Some(service(2)));
    assert!(!write(&store, rotate(service(9), other)).await);
}
