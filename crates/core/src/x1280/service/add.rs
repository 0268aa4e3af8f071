//! Registering a service.

use super::vds::issue;
use super::{ResponseKey, Service, members};
use crate::audit::AuditEvent;
use crate::audit::chain::{self, actor};
use crate::client::{ClientKind, ClientRecord, Registration};
use crate::failure::{Outcome, Refusal};
use crate::provider::Provider;
use crate::time::Timestamp;
use crate::x1280::ServiceId;
use crate::x1280::lifetime::Lifetime;
use countersign_protocol::client::ClientMetadata;
use countersign_protocol::x1280::ClaimStyle;
use serde_json::Value;

/// What an operator says of a new service.
#[derive(Debug, Clone)]
pub struct NewService {
    /// Its name, shown to people.
    pub name: String,
    /// Its picture.
    pub logo_url: Option<String>,
    /// What it does with data.
    pub privacy_url: Option<String>,
    /// What it may ask for: at least one scope.
    pub allowed_scopes: Vec<String>,
    /// What it asks for when its request names nothing; the allowed scopes when empty.
    pub default_scopes: Vec<String>,
    /// Its web pages; none for a service that asks from its own machines only.
    pub origins: Vec<String>,
    /// `aud` of the identities that are made for it.
    pub audience: String,
    /// How it wants claims about age spelled.
    pub claim_style: ClaimStyle,
    /// Whether a phone must say which scopes it grants.
    pub consent_required: bool,
    /// Its public keys, a JWK Set, if it wants to prove itself with `serviceAssertion`.
    pub jwks: Option<Value>,
    /// How long its credential is good.
    pub lifetime: Lifetime,
}

impl NewService {
    /// A service with what every service needs, and nothing else.
    #[must_use]
    pub fn new(name: impl Into<String>, allowed_scopes: Vec<String>, audience: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            logo_url: None,
            privacy_url: None,
            allowed_scopes,
            default_scopes: Vec::new(),
            origins: Vec::new(),
            audience: audience.into(),
            claim_style: ClaimStyle::default(),
            consent_required: false,
            jwks: None,
            lifetime: Lifetime::default(),
        }
    }
}

/// A service with what it is handed over once.
pub struct AddedService {
    /// The service.
    pub service: Service,
    /// Its credential, HC1 text: `serviceVds` of its requests.
    pub service_vds: String,
    /// The key of its response hashes.
    pub response_key: ResponseKey,
}

/// Registers a service and the client behind it, and issues its credential. `by` is a username, or `cli`.
///
/// # Errors
/// `invalid_request`, naming what to change; `invalid_client_metadata`: its keys cannot be used.
pub async fn add(provider: &Provider, new: NewService, by: &str) -> Outcome<AddedService> {
    let now = provider.clock.now();
    let service = checked(&new, ServiceId::new(&*provider.entropy), now)?;
    let client = client(&service, new.jwks)?;
    let service_vds = issue(provider, &service).await?;
    let event = AuditEvent::new(now, actor(by), "service.add", format!("service:{}", service.id))
        .with("name", &service.name)
        .with("audience", &service.audience)
        .with("allowed_scopes", &service.allowed_scopes)
        .with("vds_expires_at", service.vds_expires_at.rfc3339());
    let audit = provider.audit_key();
    let service = provider
        .store
        .write(move |tx| {
            tx.clients_mut().insert(&client)?;
            tx.services_mut().insert(&service)?;
            chain::record(tx, &audit, event)?;
            Ok(service)
        })
        .await?;
    Ok(AddedService {
        response_key: service.response_key(&provider.sealer),
        service,
        service_vds,
    })
}

fn checked(new: &NewService, id: ServiceId, now: Timestamp) -> Result<Service, Refusal> {
    let optional = |member: &'static str, text: &Option<String>| {
        let text = text.as_deref();
        text.map(|text| members::url(member, text)).transpose()
    };
    let allowed_scopes = members::scopes("allowed scope", &new.allowed_scopes)?;
    if allowed_scopes.is_empty() {
        return Err(Refusal::invalid_request(
            "a service needs at least one allowed scope",
        ));
    }
    let mut default_scopes = members::scopes("default scope", &new.default_scopes)?;
    if default_scopes.is_empty() {
        default_scopes.clone_from(&allowed_scopes);
    }
    let service = Service {
        id,
        name: members::name(&new.name)?,
        logo_url: optional("logo", &new.logo_url)?,
        privacy_url: optional("privacy", &new.privacy_url)?,
        allowed_scopes,
        default_scopes,
        origins: members::origins(&new.origins)?,
        audience: members::audience(&new.audience)?,
        claim_style: new.claim_style,
        consent_required: new.consent_required,
        vds_issued_at: Timestamp::from_unix(now.unix()),
        vds_expires_at: new.lifetime.end(now)?,
        response_key_version: 1,
        created_at: now,
        disabled_at: None,
    };
    match service
        .default_scopes
        .iter()
        .find(|scope| !service.allows(**scope))
    {
        Some(scope) => Err(Refusal::invalid_request(format!(
            "default scope {scope} is not within the allowed scopes"
        ))),
        None => Ok(service),
    }
}

/// The client behind the service: it has no grants of OAuth, and perhaps keys to prove itself with.
fn client(service: &Service, jwks: Option<Value>) -> Result<ClientRecord, Refusal> {
    let registration = Registration::validate(ClientMetadata {
        client_id: Some(service.id.to_string()),
        profile: Some(crate::client::Profile::X1280.as_str().to_owned()),
        client_name: Some(service.name.clone()),
        client_uri: service.origins.first().map(|origin| origin.as_str().to_owned()),
        jwks,
        ..ClientMetadata::default()
    })?;
    Ok(ClientRecord {
        id: service.id.client_id().clone(),
        kind: ClientKind::Service,
        metadata: registration.text,
        created_at: service.created_at,
        disabled_at: None,
    })
}
