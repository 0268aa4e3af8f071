//! Registration of a machine and the operator's decision (`POST {host}/devices/registration` and beside it).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// `POST {host}/devices/registration`: what a machine says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RegistrationRequest {
    /// A JWK Set with exactly one public key (RFC 7517 §5).
    #[schema(value_type = Object)]
    pub public_key: serde_json::Value,
    /// A name for people; it does not have to be unique.
    pub title: String,
    /// Where the machine stands.
    #[serde(default = "undefined")]
    pub location: String,
    /// The organisation's domain or one of its aliases.
    pub domain: String,
    /// One of the [`DeviceRole`] words, in any case.
    pub role: String,
    /// Name of the operating system.
    #[serde(default)]
    pub operating_system: String,
    /// Release of the operating system.
    #[serde(default)]
    pub operating_system_release: String,
    /// Processor architecture.
    #[serde(default)]
    pub system_architecture: String,
    /// Memory of the machine in bytes.
    #[serde(default)]
    pub system_memory: u64,
}

fn undefined() -> String {
    "Undefined".to_owned()
}

/// The answer to a registration, status 201.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RegistrationAnswer {
    /// The code that the operator compares and that the machine asks its status with.
    pub verification_code: String,
}

/// `GET {host}/devices/registration/status/{verification_code}`, status 200.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RegistrationStatusAnswer {
    /// Where the registration stands.
    pub status: RegistrationStatus,
    /// The device id, once approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_id: Option<Uuid>,
    /// The OAuth client id of the device, once approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<Uuid>,
    /// Why the operator refused, if a reason was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Where a registration stands; an expired one answers `rejected`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RegistrationStatus {
    /// No operator has decided yet.
    Pending,
    /// An operator accepted the machine.
    Approved,
    /// An operator refused the machine, or nobody answered in time.
    Rejected,
}

/// `GET {host}/devices/registrations?status=pending`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RegistrationList {
    /// The registrations, newest first.
    pub registrations: Vec<RegistrationItem>,
}

/// One registration as an operator sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RegistrationItem {
    /// The code that the machine prints.
    pub verification_code: String,
    /// The device id, once approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_id: Option<Uuid>,
    /// The OAuth client id, once approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<Uuid>,
    /// The machine's own title.
    pub title: String,
    /// The role it asks for, lower case.
    pub role: String,
    /// The organisation's domain.
    pub domain: String,
    /// Where it says it stands.
    pub location: String,
    /// Operating system, release and architecture in one line.
    pub system: String,
    /// The address that the registration came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The RFC 7638 thumbprint of the key that it has now; the machine prints the same.
    pub thumbprint: String,
    /// Type of the key, for example `RSA:2048`.
    pub key_type: String,
    /// `pending`, `approved`, `rejected`, `expired`; a device list also has `suspended` and `revoked`.
    pub status: String,
    /// When it asked, RFC 3339 in UTC.
    pub requested_at: String,
    /// When it ends undecided, RFC 3339 in UTC.
    pub expires_at: String,
}

/// `POST {host}/devices/registrations/{verificationCode}/decision`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RegistrationDecision {
    /// What the operator decided.
    pub status: RegistrationVerdict,
    /// Why, shown to the machine when it was rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The two answers that an operator can give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RegistrationVerdict {
    /// The machine becomes a device and an OAuth client.
    Approved,
    /// The machine stays unknown.
    Rejected,
}

/// What a machine is for; sent in lower case, read in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeviceRole {
    /// A machine open to the public.
    Public,
    /// A personal computer.
    Desktop,
    /// A server; it becomes a `server` application.
    Server,
    /// A terminal of an administrator; it becomes a `client` application.
    AdminTerminal,
    /// A terminal that registers people; it becomes a `client_kyc` application.
    RegistrationTerminal,
    /// A gateway for things.
    IotGateway,
    /// None of these.
    Other,
    /// The machine of the person that registers it.
    #[serde(rename = "self")]
    SelfOwned,
}

impl DeviceRole {
    /// Every role with its wire word.
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::Public, "public"),
        (Self::Desktop, "desktop"),
        (Self::Server, "server"),
        (Self::AdminTerminal, "admin_terminal"),
        (Self::RegistrationTerminal, "registration_terminal"),
        (Self::IotGateway, "iot_gateway"),
        (Self::Other, "other"),
        (Self::SelfOwned, "self"),
    ];

    /// The role's wire word, lower case.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(role, _)| *role == self)
            .map_or("other", |(_, word)| word)
    }

    /// Reads a role in any case; `None` when the word is not one of ours.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, have)| have.eq_ignore_ascii_case(word))
            .map(|(role, _)| *role)
    }
}
