//! People and the organisations that they belong to.

pub mod add;
pub mod data;
pub mod disable;
pub mod find;
pub mod me;
mod organisation;
mod role;
pub mod stops;

pub use organisation::Organisation;
pub use role::IdpRole;

use crate::id::{OrganisationId, UserId};
use crate::text::Username;
use crate::time::Timestamp;

/// A person who signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The `sub` of every token about this person.
    pub id: UserId,
    /// The organisation that the username ends in.
    pub organisation_id: OrganisationId,
    /// `local@organisation` as the operator wrote it.
    pub username: Username,
    /// What the person may do at this provider.
    pub role: IdpRole,
    /// The person's display name, when one is known.
    pub name: Option<String>,
    /// When the person was added.
    pub created_at: Timestamp,
    /// When an operator disabled the person; nobody signs in from then on.
    pub disabled_at: Option<Timestamp>,
}
