//! Machines: they register themselves with a key, and an operator decides (onesid.md §2, §3).

pub mod decide;
pub mod list;
pub mod register;
pub mod revoke;
pub mod rotate;

use crate::id::{ClientId, DeviceId};
use crate::time::Timestamp;
use countersign_protocol::device::DeviceRole;

/// What a machine says of itself when it registers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceDescription {
    /// A name for people; not unique.
    pub title: String,
    /// Where it stands.
    pub location: String,
    /// Domain of its organisation, folded.
    pub domain: String,
    /// What it is for.
    pub role: DeviceRole,
    /// Operating system, release and architecture in one line.
    pub system: String,
    /// Memory in bytes.
    pub memory: u64,
}

/// A registration, from the machine's request to the operator's decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRegistration {
    /// The code that the machine prints and polls with.
    pub verification_code: String,
    /// What the machine says of itself.
    pub description: DeviceDescription,
    /// Its public key, canonical JWK as JSON text.
    pub jwk: String,
    /// RFC 7638 thumbprint of the key.
    pub thumbprint: String,
    /// Type of the key, for example `RSA:2048`.
    pub key_type: String,
    /// Address that the request came from.
    pub address: Option<String>,
    /// When it asked.
    pub requested_at: Timestamp,
    /// When it ends undecided.
    pub expires_at: Timestamp,
    /// Where it stands.
    pub state: RegistrationState,
}

/// States of a registration, each with its evidence. `Pending` past its `expires_at` counts as expired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegistrationState {
    /// No operator has decided.
    Pending,
    /// An operator accepted the machine.
    Approved {
        /// When.
        at: Timestamp,
        /// Who: a username, or `cli` for the host's own command line.
        by: String,
        /// The device that came of it.
        device_id: DeviceId,
        /// Its client id.
        client_id: ClientId,
    },
    /// An operator refused it.
    Rejected {
        /// When.
        at: Timestamp,
        /// Who.
        by: String,
        /// Why, told to the machine.
        reason: Option<String>,
    },
}

/// A machine that an operator approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its id, `id` of device.yml.
    pub id: DeviceId,
    /// Its OAuth client id, `client_id` of device.yml.
    pub client_id: ClientId,
    /// The code that it registered with.
    pub verification_code: String,
    /// What it said of itself.
    pub description: DeviceDescription,
    /// RFC 7638 thumbprint of its key.
    pub thumbprint: String,
    /// Type of its key.
    pub key_type: String,
    /// When it was approved.
    pub approved_at: Timestamp,
    /// Who approved it.
    pub approved_by: String,
    /// When it was suspended; an approval brings it back.
    pub suspended_at: Option<Timestamp>,
    /// When it was revoked, for good.
    pub revoked_at: Option<Timestamp>,
}
