//! Registering a service with its metadata (RFC 7591), by an operator.

use super::{Client, ClientKind, ClientRecord, Registration};
use crate::audit::AuditEvent;
use crate::audit::chain::{self, actor};
use crate::failure::{Failure, Fault, Outcome, Refusal};
use crate::id::ClientId;
use crate::provider::Provider;
use countersign_protocol::ErrorCode;
use countersign_protocol::client::ClientMetadata;

/// Registers a service of OpenID Connect; one of X.1280 is added with [`crate::x1280::service::add`]. Its `client_id` is made up when the metadata names none.
///
/// # Errors
/// `invalid_client_metadata`, naming the member; `conflict`: the `client_id` is taken.
pub async fn add(provider: &Provider, metadata: ClientMetadata, by: &str) -> Outcome<Client> {
    let now = provider.clock.now();
    let named = metadata
        .client_id
        .unwrap_or_else(|| provider.entropy.uuid().to_string());
    let registration = Registration::validate(ClientMetadata {
        client_id: Some(named.clone()),
        ..metadata
    })?;
    if !registration.profile.has_grants() {
        return Err(Refusal::new(
            ErrorCode::InvalidClientMetadata,
            "profile must be standard, fapi_ciba or onesid here; for X.1280 use service add",
        )
        .into());
    }
    let id = ClientId::parse(&named).ok_or_else(unknown_client)?;
    let record = ClientRecord {
        id: id.clone(),
        kind: ClientKind::Service,
        metadata: registration.text,
        created_at: now,
        disabled_at: None,
    };
    let event = AuditEvent::new(now, actor(by), "client.add", format!("client:{id}"))
        .with("name", &registration.name)
        .with("profile", registration.profile.as_str());
    let audit = provider.audit_key();
    provider
        .store
        .write(move |tx| {
            if tx.clients().by_id(&record.id)?.is_some() {
                return Err(Refusal::conflict(
                    "a client with this client_id exists already; choose another one",
                )
                .into());
            }
            tx.clients_mut().insert(&record)?;
            chain::record(tx, &audit, event)
        })
        .await?;
    required(provider, id).await
}

/// All clients, by creation: services, devices and phones.
///
/// # Errors
/// The store fails, or keeps metadata that is none.
pub async fn list(provider: &Provider) -> Outcome<Vec<Client>> {
    let records = provider.store.read(|tx| Ok(tx.clients().list()?)).await?;
    Ok(records.into_iter().map(client).collect::<Result<_, _>>()?)
}

/// One client.
///
/// # Errors
/// `not_found`.
pub async fn show(provider: &Provider, id: &str) -> Outcome<Client> {
    required(provider, ClientId::parse(id).ok_or_else(unknown_client)?).await
}

async fn required(provider: &Provider, id: ClientId) -> Outcome<Client> {
    provider
        .client(id)
        .await?
        .ok_or_else(|| Failure::from(unknown_client()))
}

fn client(record: ClientRecord) -> Result<Client, Fault> {
    let registration = Registration::stored(&record.id, &record.metadata)?.into();
    Ok(Client {
        id: record.id,
        kind: record.kind,
        registration,
        created_at: record.created_at,
        disabled_at: record.disabled_at,
    })
}

pub(super) fn unknown_client() -> Refusal {
    Refusal::not_found("there is no client with this client_id; see client list")
}
