//! What is known of services.

use super::Service;
use crate::failure::{Failure, Fault, Outcome, Refusal};
use crate::provider::Provider;
use crate::store::Reading;
use crate::x1280::ServiceId;
use countersign_protocol::x1280::StoredServiceList;

/// All services, disabled ones too, by creation.
///
/// # Errors
/// The store fails.
pub async fn list(provider: &Provider) -> Outcome<Vec<Service>> {
    provider.store.read(|tx| Ok(tx.services().list()?)).await
}

/// All services as operators read them over HTTP, by creation.
///
/// # Errors
/// The store fails.
pub async fn stored_list(provider: &Provider) -> Outcome<StoredServiceList> {
    let services: Vec<_> = list(provider).await?.into_iter().map(Into::into).collect();
    Ok(StoredServiceList {
        total: services.len(),
        services,
    })
}

/// One service, by id or, if no other has it, by name.
///
/// # Errors
/// `not_found`; `conflict`: several services have the name.
pub async fn find(provider: &Provider, text: &str) -> Outcome<Service> {
    let text = text.to_owned();
    provider.store.read(move |tx| required(tx, &text)).await
}

/// Whether an origin is that of a service that is not disabled: then a browser may read answers there.
///
/// # Errors
/// The store fails.
pub async fn origin_known(provider: &Provider, origin: &str) -> Outcome<bool> {
    let origin = origin.to_owned();
    provider
        .store
        .read(move |tx| Ok(tx.services().origin_known(&origin)?))
        .await
}

pub(super) fn required(tx: &dyn Reading, text: &str) -> Outcome<Service> {
    let unknown = || Refusal::not_found("there is no service with this id or name; see service list");
    by_id_or_name(tx, text)?.ok_or_else(|| Failure::from(unknown()))
}

fn by_id_or_name(tx: &dyn Reading, text: &str) -> Outcome<Option<Service>> {
    if let Some(id) = ServiceId::parse(text) {
        return Ok(tx.services().by_id(&id)?);
    }
    let services: Result<Vec<Service>, Fault> = tx.services().list();
    let mut named = services?.into_iter().filter(|service| service.name == text);
    match (named.next(), named.next()) {
        (_, Some(_)) => Err(Refusal::conflict("several services have this name; give the id").into()),
        (one, None) => Ok(one),
    }
}
