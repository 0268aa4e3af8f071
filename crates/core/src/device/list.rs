//! What an operator sees of machines.

use super::register::VerificationCode;
use super::{Device, DeviceRegistration, RegistrationState};
use crate::failure::{Fault, Outcome, Refusal};
use crate::id::{ClientId, DeviceId};
use crate::provider::Provider;
use crate::store::Reading;
use crate::time::Timestamp;
use countersign_protocol::device::RegistrationItem;

/// Where a machine stands, from its request to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeviceStatus {
    /// No operator has decided yet.
    Pending,
    /// A device in use.
    Approved,
    /// An operator refused it.
    Rejected,
    /// Nobody decided in time.
    Expired,
    /// A device that was stopped for a while.
    Suspended,
    /// A device that was stopped for good.
    Revoked,
}

impl DeviceStatus {
    /// Every status.
    pub const ALL: [Self; 6] = [
        Self::Pending,
        Self::Approved,
        Self::Rejected,
        Self::Expired,
        Self::Suspended,
        Self::Revoked,
    ];

    /// The wire word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::Suspended => "suspended",
            Self::Revoked => "revoked",
        }
    }

    /// Reads a wire word.
    ///
    /// # Errors
    /// `invalid_request`, naming the words.
    pub fn parse(word: &str) -> Result<Self, Refusal> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == word)
            .ok_or_else(|| {
                Refusal::invalid_request(format!(
                    "status must be one of {}",
                    Self::ALL.map(Self::as_str).join(", ")
                ))
            })
    }

    fn of(registration: &DeviceRegistration, device: Option<&Device>, now: Timestamp) -> Self {
        match (&registration.state, device) {
            (RegistrationState::Pending, _) if now >= registration.expires_at => Self::Expired,
            (RegistrationState::Pending, _) => Self::Pending,
            (RegistrationState::Rejected { .. }, _) => Self::Rejected,
            (RegistrationState::Approved { .. }, Some(device)) if device.revoked_at.is_some() => {
                Self::Revoked
            }
            (RegistrationState::Approved { .. }, Some(device)) if device.suspended_at.is_some() => {
                Self::Suspended
            }
            (RegistrationState::Approved { .. }, _) => Self::Approved,
        }
    }
}

/// Machines in a status, or all, newest first.
///
/// # Errors
/// The store fails.
pub async fn list(provider: &Provider, status: Option<DeviceStatus>) -> Outcome<Vec<RegistrationItem>> {
    let now = provider.clock.now();
    provider
        .store
        .read(move |tx| {
            let mut items = Vec::new();
            for registration in tx.devices().registrations()? {
                let device = device_of(tx, &registration)?;
                let stands = DeviceStatus::of(&registration, device.as_ref(), now);
                if status.is_none_or(|wanted| wanted == stands) {
                    items.push(item(&registration, device.as_ref(), stands)?);
                }
            }
            Ok(items)
        })
        .await
}

/// One machine, by verification code, device id or client id.
///
/// # Errors
/// `not_found`.
pub async fn show(provider: &Provider, text: &str) -> Outcome<RegistrationItem> {
    let now = provider.clock.now();
    let text = text.to_owned();
    provider
        .store
        .read(move |tx| {
            let registration = find_registration(tx, &text)?.ok_or_else(unknown_device)?;
            let device = device_of(tx, &registration)?;
            let stands = DeviceStatus::of(&registration, device.as_ref(), now);
            Ok(item(&registration, device.as_ref(), stands)?)
        })
        .await
}

/// The registration that a verification code, a device id or a client id leads to.
pub(super) fn find_registration(tx: &dyn Reading, text: &str) -> Result<Option<DeviceRegistration>, Fault> {
    if let Some(code) = VerificationCode::parse(text) {
        return tx.devices().registration(&code.0);
    }
    let by_id = text
        .parse::<DeviceId>()
        .ok()
        .map(|id| tx.devices().by_id(id))
        .transpose()?
        .flatten();
    let device = match (by_id, ClientId::parse(text)) {
        (Some(device), _) => Some(device),
        (None, Some(client)) => tx.devices().by_client(&client)?,
        (None, None) => None,
    };
    device.map_or(Ok(None), |device| {
        tx.devices().registration(&device.verification_code)
    })
}

pub(super) fn device_of(
    tx: &dyn Reading,
    registration: &DeviceRegistration,
) -> Result<Option<Device>, Fault> {
    match &registration.state {
        RegistrationState::Approved { device_id, .. } => tx.devices().by_id(*device_id),
        RegistrationState::Pending | RegistrationState::Rejected { .. } => Ok(None),
    }
}

pub(super) fn unknown_device() -> Refusal {
    Refusal::not_found(
        "there is no machine with this verification code, device id or client id; see device list",
    )
}

fn item(
    registration: &DeviceRegistration,
    device: Option<&Device>,
    status: DeviceStatus,
) -> Result<RegistrationItem, Fault> {
    let (device_id, client_id) = match &registration.state {
        RegistrationState::Approved {
            device_id, client_id, ..
        } => {
            let client_id = client_id.as_str().parse().map_err(|_| {
                Fault::corrupt(
                    "device_registration",
                    &registration.verification_code,
                    "client_id is not a UUID",
                )
            })?;
            (Some(device_id.0), Some(client_id))
        }
        RegistrationState::Pending | RegistrationState::Rejected { .. } => (None, None),
    };
    let description = &registration.description;
    // A device may have replaced the key that it registered with.
    let (thumbprint, key_type) = device
        .map_or((&registration.thumbprint, &registration.key_type), |device| {
            (&device.thumbprint, &device.key_type)
        });
    Ok(RegistrationItem {
        verification_code: registration.verification_code.clone(),
        device_id,
        client_id,
        title: description.title.clone(),
        role: description.role.as_str().to_owned(),
        domain: description.domain.clone(),
        location: description.location.clone(),
        system: description.system.clone(),
        address: registration.address.clone(),
        thumbprint: thumbprint.clone(),
        key_type: key_type.clone(),
        status: status.as_str().to_owned(),
        requested_at: registration.requested_at.rfc3339(),
        expires_at: registration.expires_at.rfc3339(),
    })
}
