//! Machines and their registrations.

use crate::fields::{Entity, Fields};
use crate::tx::Tx;
use countersign_core::device::{Device, DeviceDescription, DeviceRegistration, RegistrationState};
use countersign_core::failure::Fault;
use countersign_core::id::{ClientId, DeviceId};
use countersign_core::store::{DeviceStore, WaitingRegistrations};
use countersign_core::time::Timestamp;
use countersign_protocol::device::DeviceRole;
use rusqlite::params;

impl Entity for DeviceRegistration {
    const TABLE: &'static str = "device_registrations";

    fn read(fields: &mut Fields<'_>) -> Result<Self, Fault> {
        Ok(Self {
            verification_code: fields.text()?,
            description: description(fields)?,
            jwk: fields.text()?,
            thumbprint: fields.text()?,
            key_type: fields.text()?,
            address: fields.optional_text()?,
            requested_at: fields.time()?,
            expires_at: fields.time()?,
            state: state(fields)?,
        })
    }
}

impl Entity for Device {
    const TABLE: &'static str = "devices";

    fn read(fields: &mut Fields<'_>) -> Result<Self, Fault> {
        Ok(Self {
            id: DeviceId(fields.uuid()?),
            client_id: fields.client_id()?,
            verification_code: fields.text()?,
            description: description(fields)?,
            thumbprint: fields.text()?,
            key_type: fields.text()?,
            approved_at: fields.time()?,
            approved_by: fields.text()?,
            suspended_at: fields.optional_time()?,
            revoked_at: fields.optional_time()?,
        })
    }
}

fn description(fields: &mut Fields<'_>) -> Result<DeviceDescription, Fault> {
    Ok(DeviceDescription {
        title: fields.text()?,
        location: fields.text()?,
        domain: fields.text()?,
        role: fields.text_as(DeviceRole::parse)?,
        system: fields.text()?,
        memory: fields.count()?,
    })
}

fn state(fields: &mut Fields<'_>) -> Result<RegistrationState, Fault> {
    let word = fields.text()?;
    let decided = fields.optional_time()?.zip(fields.optional_text()?);
    let device = fields
        .optional_uuid()?
        .map(DeviceId)
        .zip(fields.optional(Fields::client_id)?);
    let reason = fields.optional_text()?;
    match (word.as_str(), decided, device, reason) {
        ("pending", None, None, None) => Ok(RegistrationState::Pending),
        ("approved", Some((at, by)), Some((device_id, client_id)), None) => Ok(RegistrationState::Approved {
            at,
            by,
            device_id,
            client_id,
        }),
        ("rejected", Some((at, by)), None, reason) => Ok(RegistrationState::Rejected { at, by, reason }),
        _ => Err(fields.corrupt("state and its evidence do not fit")),
    }
}

/// A registration's state as columns.
#[derive(Default)]
struct StateColumns<'s> {
    state: &'static str,
    decided_at: Option<i64>,
    decided_by: Option<&'s str>,
    device_id: Option<[u8; 16]>,
    client_id: Option<&'s str>,
    reason: Option<&'s str>,
}

impl<'s> From<&'s RegistrationState> for StateColumns<'s> {
    fn from(state: &'s RegistrationState) -> Self {
        match state {
            RegistrationState::Pending => Self {
                state: "pending",
                ..Self::default()
            },
            RegistrationState::Approved {
                at,
                by,
                device_id,
                client_id,
            } => Self {
                state: "approved",
                decided_at: Some(at.millis()),
                decided_by: Some(by),
                device_id: Some(device_id.0.into_bytes()),
                client_id: Some(client_id.as_str()),
                reason: None,
            },
            RegistrationState::Rejected { at, by, reason } => Self {
                state: "rejected",
                decided_at: Some(at.millis()),
                decided_by: Some(by),
                reason: reason.as_deref(),
                ..Self::default()
            },
        }
    }
}

/// Memory as the store's signed number. What a machine claims beyond that is no memory.
fn memory(description: &DeviceDescription) -> i64 {
    i64::try_from(description.memory).unwrap_or(i64::MAX)
}

impl Entity for WaitingRegistrations {
    const TABLE: &'static str = "device_registrations";

    fn read(fields: &mut Fields<'_>) -> Result<Self, Fault> {
        Ok(Self {
            all: fields.count()?,
            first_ends_at: fields.optional_time()?,
            near: fields.count()?,
            first_near_ends_at: fields.optional_time()?,
        })
    }
}

impl DeviceStore for Tx<'_> {
    fn registration(&self, verification_code: &str) -> Result<Option<DeviceRegistration>, Fault> {
        self.one(sql!("device/registration"), params![verification_code])
    }

    fn registrations(&self) -> Result<Vec<DeviceRegistration>, Fault> {
        self.all(sql!("device/registrations"), [])
    }

    fn waiting_registrations(
        &self,
        now: Timestamp,
        address: Option<&str>,
    ) -> Result<WaitingRegistrations, Fault> {
        let waiting = self.one(
            sql!("device/waiting_registrations"),
            params![address, now.millis()],
        )?;
        Ok(waiting.unwrap_or_default())
    }

    fn insert_registration(&mut self, registration: &DeviceRegistration) -> Result<bool, Fault> {
        let of = &registration.description;
        let state = StateColumns::from(&registration.state);
        self.wins(
            sql!("device/insert_registration"),
            params![
                registration.verification_code,
                of.title,
                of.location,
                of.domain,
                of.role.as_str(),
                of.system,
                memory(of),
                registration.jwk,
                registration.thumbprint,
                registration.key_type,
                registration.address,
                registration.requested_at.millis(),
                registration.expires_at.millis(),
                state.state,
                state.decided_at,
                state.decided_by,
                state.device_id,
                state.client_id,
                state.reason,
            ],
        )
    }

    fn decide_registration(
        &mut self,
        verification_code: &str,
        state: &RegistrationState,
    ) -> Result<bool, Fault> {
        let to = StateColumns::from(state);
        self.wins(
            sql!("device/decide_registration"),
            params![
                to.state,
                to.decided_at,
                to.decided_by,
                to.device_id,
                to.client_id,
                to.reason,
                verification_code
            ],
        )
    }

    fn by_id(&self, id: DeviceId) -> Result<Option<Device>, Fault> {
        self.one(sql!("device/by_id"), params![id.0.as_bytes()])
    }

    fn by_client(&self, client: &ClientId) -> Result<Option<Device>, Fault> {
        self.one(sql!("device/by_client"), params![client.as_str()])
    }

    fn list(&self) -> Result<Vec<Device>, Fault> {
        self.all(sql!("device/list"), [])
    }

    fn insert(&mut self, device: &Device) -> Result<(), Fault> {
        let of = &device.description;
        self.change(
            sql!("device/insert"),
            params![
                device.id.0.as_bytes(),
                device.client_id.as_str(),
                device.verification_code,
                of.title,
                of.location,
                of.domain,
                of.role.as_str(),
                of.system,
                memory(of),
                device.thumbprint,
                device.key_type,
                device.approved_at.millis(),
                device.approved_by,
                device.suspended_at.map(Timestamp::millis),
                device.revoked_at.map(Timestamp::millis),
            ],
        )?;
        Ok(())
    }

    fn set_suspended(&mut self, id: DeviceId, at: Option<Timestamp>) -> Result<(), Fault> {
        let params = params![at.map(Timestamp::millis), id.0.as_bytes()];
        self.must(Device::TABLE, sql!("device/set_suspended"), params)
    }

    fn revoke(&mut self, id: DeviceId, at: Timestamp) -> Result<(), Fault> {
        self.must(
            Device::TABLE,
            sql!("device/revoke"),
            params![at.millis(), id.0.as_bytes()],
        )
    }

    fn set_key(&mut self, id: DeviceId, thumbprint: &str, key_type: &str) -> Result<(), Fault> {
        self.must(
            Device::TABLE,
            sql!("device/set_key"),
            params![thumbprint, key_type, id.0.as_bytes()],
        )
    }
}
