//! The operator's decision about a registration (decisions.md, "Devices and operators").

use super::list::{find_registration, unknown_device};
use super::register::{VerificationCode, profile_for, subject, unknown_code};
use super::{Device, DeviceRegistration, RegistrationState};
use crate::application::{Application, ApplicationType};
use crate::audit::AuditEvent;
use crate::audit::chain::{self, AuditKey, actor};
use crate::client::{ClientKind, ClientRecord, GrantType, Registration};
use crate::failure::{Failure, Fault, Outcome, Refusal};
use crate::id::{ApplicationId, ClientId, DeviceId};
use crate::provider::Provider;
use crate::store::Writing;
use crate::text::is_showable;
use crate::time::Timestamp;
use countersign_jose::{Jwk, PublicKey};
use countersign_protocol::client::ClientMetadata;
use countersign_protocol::device::DeviceRole;
use serde_json::json;

/// The longest reason of a rejection, in characters.
const REASON_MAX: usize = 200;

/// Accepts a machine by its verification code: it becomes a device and an OAuth client, and for some roles an
/// application. `by` is a username, or `cli`. Approving a suspended device again, by verification code, device id or
/// client id, brings it back.
///
/// # Errors
/// `not_found`; `conflict`: it was decided before, or it expired.
pub async fn approve(provider: &Provider, text: &str, by: &str) -> Outcome<DeviceRegistration> {
    let now = provider.clock.now();
    let registration = find(provider, text).await?;
    if let RegistrationState::Approved { device_id, .. } = &registration.state {
        resume(provider, *device_id, by, now).await?;
        return Ok(registration);
    }
    refuse_decided(&registration, now)?;
    let newcomer = Newcomer::of(provider, &registration, by, now)?;
    let state = RegistrationState::Approved {
        at: now,
        by: by.to_owned(),
        device_id: newcomer.device.id,
        client_id: newcomer.device.client_id.clone(),
    };
    let event = AuditEvent::new(
        now,
        actor(by),
        "device.approve",
        format!("device:{}", newcomer.device.id),
    )
    .with("client", &newcomer.device.client_id)
    .with("thumbprint", &registration.thumbprint)
    .with("verification_code", &registration.verification_code);
    let audit = provider.audit_key();
    provider
        .store
        .write(move |tx| {
            let registration = decide(tx, registration, state)?;
            tx.clients_mut().insert(&newcomer.client)?;
            tx.devices_mut().insert(&newcomer.device)?;
            if let Some(application) = &newcomer.application {
                tx.applications_mut().insert(application)?;
            }
            chain::record(tx, &audit, event)?;
            Ok(registration)
        })
        .await
}

/// Refuses a machine. The reason is told to it. `by` is a username, or `cli`.
///
/// # Errors
/// `not_found`; `conflict`: it was decided before, or it expired; `invalid_request`: the reason cannot be shown.
pub async fn reject(
    provider: &Provider,
    code: &str,
    by: &str,
    reason: Option<String>,
) -> Outcome<DeviceRegistration> {
    let now = provider.clock.now();
    if reason
        .as_deref()
        .is_some_and(|reason| reason.chars().count() > REASON_MAX || !is_showable(reason))
    {
        let wrong = "reason must have at most 200 characters, and no control or invisible ones";
        return Err(Refusal::invalid_request(wrong).into());
    }
    let registration = find(provider, code).await?;
    refuse_decided(&registration, now)?;
    let event = AuditEvent::new(now, actor(by), "device.reject", subject(&registration))
        .with("thumbprint", &registration.thumbprint)
        .with("reason", reason.as_deref().unwrap_or("none"));
    let state = RegistrationState::Rejected {
        at: now,
        by: by.to_owned(),
        reason,
    };
    let audit = provider.audit_key();
    provider
        .store
        .write(move |tx| {
            let registration = decide(tx, registration, state)?;
            chain::record(tx, &audit, event)?;
            Ok(registration)
        })
        .await
}

async fn find(provider: &Provider, text: &str) -> Outcome<DeviceRegistration> {
    let unknown = match VerificationCode::parse(text) {
        Some(_) => unknown_code(),
        None => unknown_device(),
    };
    let text = text.to_owned();
    let registration = provider
        .store
        .read(move |tx| Ok(find_registration(tx, &text)?))
        .await?;
    Ok(registration.ok_or(unknown)?)
}

fn refuse_decided(registration: &DeviceRegistration, now: Timestamp) -> Result<(), Refusal> {
    let decided = |word: &str, at: &Timestamp, by: &str| {
        Refusal::conflict(format!(
            "this registration was {word} by {by} at {} already",
            at.rfc3339()
        ))
    };
    match &registration.state {
        RegistrationState::Pending if now >= registration.expires_at => Err(Refusal::conflict(format!(
            "this registration expired at {}; the machine has to register again",
            registration.expires_at.rfc3339()
        ))),
        RegistrationState::Pending => Ok(()),
        RegistrationState::Approved { at, by, .. } => Err(decided("approved", at, by)),
        RegistrationState::Rejected { at, by, .. } => Err(decided("rejected", at, by)),
    }
}

/// Compare-and-set: of two operators who decide at once, one wins and the other is told.
fn decide(
    tx: &mut dyn Writing,
    registration: DeviceRegistration,
    state: RegistrationState,
) -> Outcome<DeviceRegistration> {
    if !tx
        .devices_mut()
        .decide_registration(&registration.verification_code, &state)?
    {
        return Err(
            Refusal::conflict("somebody else has just decided about this registration; look again").into(),
        );
    }
    Ok(DeviceRegistration {
        state,
        ..registration
    })
}

async fn resume(provider: &Provider, id: DeviceId, by: &str, now: Timestamp) -> Outcome<()> {
    let (audit, by) = (provider.audit_key(), by.to_owned());
    provider
        .store
        .write(move |tx| resume_in(tx, &audit, id, &by, now))
        .await
}

fn resume_in(tx: &mut dyn Writing, audit: &AuditKey, id: DeviceId, by: &str, now: Timestamp) -> Outcome<()> {
    let device = tx.devices().by_id(id)?;
    let device = device
        .ok_or_else(|| Fault::corrupt("device", id, "an approved registration names it, but it is gone"))?;
    if device.revoked_at.is_some() {
        return Err(Refusal::conflict(
            "this device was revoked for good; it has to register again with a new key",
        )
        .into());
    }
    if device.suspended_at.is_none() {
        return Err(Refusal::conflict("this registration was approved already").into());
    }
    tx.devices_mut().set_suspended(id, None)?;
    tx.clients_mut().set_disabled(&device.client_id, None)?;
    chain::record(
        tx,
        audit,
        AuditEvent::new(now, actor(by), "device.resume", format!("device:{id}")),
    )
}

/// What an approval makes.
struct Newcomer {
    device: Device,
    client: ClientRecord,
    application: Option<Application>,
}

impl Newcomer {
    fn of(
        provider: &Provider,
        registration: &DeviceRegistration,
        by: &str,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let entropy = provider.entropy.as_ref();
        let device = Device {
            id: DeviceId::new(entropy),
            // onesid.md §2: published readers take the client id for a UUID.
            client_id: ClientId::from(entropy.uuid()),
            verification_code: registration.verification_code.clone(),
            description: registration.description.clone(),
            thumbprint: registration.thumbprint.clone(),
            key_type: registration.key_type.clone(),
            approved_at: now,
            approved_by: by.to_owned(),
            suspended_at: None,
            revoked_at: None,
        };
        let client = ClientRecord {
            id: device.client_id.clone(),
            kind: ClientKind::Device(device.id),
            metadata: metadata(registration, &device.client_id)?,
            created_at: now,
            disabled_at: None,
        };
        let application = application(&device, ApplicationId::new(entropy), now);
        Ok(Self {
            device,
            client,
            application,
        })
    }
}

/// The client metadata of a device (RFC 7591 §2).
fn metadata(registration: &DeviceRegistration, client_id: &ClientId) -> Result<String, Failure> {
    let broken = |reason: &dyn std::fmt::Display| {
        Fault::corrupt("device_registration", &registration.verification_code, reason)
    };
    let jwk: Jwk = serde_json::from_str(&registration.jwk).map_err(|error| broken(&error))?;
    let key = PublicKey::from_jwk(&jwk).map_err(|error| broken(&error))?;
    let metadata = ClientMetadata {
        client_id: Some(client_id.to_string()),
        profile: Some(profile_for(&key)?.as_str().to_owned()),
        client_name: Some(registration.description.title.clone()),
        jwks: Some(json!({ "keys": [jwk] })),
        grant_types: Some(GrantType::ALL.map(|grant| grant.as_str().to_owned()).to_vec()),
        ..ClientMetadata::default()
    };
    Ok(Registration::validate(metadata)?.text)
}

/// onesid.md §2, "Registering creates an application".
fn application(device: &Device, id: ApplicationId, now: Timestamp) -> Option<Application> {
    let kind = match device.description.role {
        DeviceRole::Server if device.description.title.contains("Matrix") => ApplicationType::ServerMatrix,
        DeviceRole::Server => ApplicationType::Server,
        DeviceRole::AdminTerminal => ApplicationType::Client,
        DeviceRole::RegistrationTerminal => ApplicationType::ClientKyc,
        DeviceRole::Public
        | DeviceRole::Desktop
        | DeviceRole::IotGateway
        | DeviceRole::Other
        | DeviceRole::SelfOwned => return None,
    };
    Some(Application {
        id,
        kind,
        name: device.description.title.clone(),
        hostname: None,
        client_identifier: None,
        description: None,
        client_id: Some(device.client_id.clone()),
        verification_mode: None,
        is_hidden: false,
        is_dependent: false,
        created_at: now,
        disabled_at: None,
        removed_at: None,
    })
}
