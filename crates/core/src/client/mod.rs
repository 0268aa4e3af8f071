//! Who calls, and what their profile allows.

pub mod add;
pub mod assertion;
pub mod audience;
pub mod authenticate;
pub mod disable;
pub mod profile;
pub mod registration;
pub mod request_object;

pub use assertion::ClientAssertion;
pub use authenticate::{AuthenticatedClient, ClientCredentials, Endpoint, authenticate};
pub use profile::Profile;
pub use registration::{GrantType, Registration};

use crate::id::{AuthenticatorId, ClientId, DeviceId, UserId};
use crate::time::Timestamp;
use std::sync::Arc;

/// An OAuth client.
#[derive(Debug, Clone)]
pub struct Client {
    /// Its `client_id`.
    pub id: ClientId,
    /// What stands behind it.
    pub kind: ClientKind,
    /// Its registered metadata, parsed once and shared.
    pub registration: Arc<Registration>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it lost its rights; nothing is issued from then on.
    pub disabled_at: Option<Timestamp>,
}

/// What stands behind a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientKind {
    /// A machine that registered itself and was approved.
    Device(DeviceId),
    /// A person's phone.
    Authenticator {
        /// The phone.
        authenticator_id: AuthenticatorId,
        /// The person it belongs to.
        user_id: UserId,
    },
    /// A service that an operator registered with its metadata.
    Service,
}

/// A client as the store keeps it: the metadata stays text until [`Registration::stored`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientRecord {
    /// Its `client_id`.
    pub id: ClientId,
    /// What stands behind it.
    pub kind: ClientKind,
    /// RFC 7591 metadata as JSON, see [`countersign_protocol::client::ClientMetadata`].
    pub metadata: String,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it lost its rights.
    pub disabled_at: Option<Timestamp>,
}
