//! A person's phones: invitation, enrolment, login hint tokens, push subscriptions.

pub mod enrol;
pub mod find;
pub mod invite;
pub mod login_hint_token;
pub mod push;
pub mod revoke;

use crate::id::{AuthenticatorId, ClientId, UserId};
use crate::secret::TokenDigest;
use crate::time::Timestamp;

/// A person's phone: a key pair made and kept there, and an OAuth client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authenticator {
    /// Its id.
    pub id: AuthenticatorId,
    /// Its OAuth client id, 21 characters.
    pub client_id: ClientId,
    /// The person it belongs to.
    pub user_id: UserId,
    /// The name that the person gave it.
    pub name: String,
    /// What it runs on.
    pub platform: String,
    /// RFC 7638 thumbprint of its key; phone and operator see the same.
    pub thumbprint: String,
    /// When it was enrolled.
    pub enrolled_at: Timestamp,
    /// When it was revoked; it decides nothing from then on.
    pub revoked_at: Option<Timestamp>,
}

/// A single-use invitation to enrol a phone for a person. Only its digest is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// SHA-256 of its text.
    pub digest: TokenDigest,
    /// The person whose phone it enrols.
    pub user_id: UserId,
    /// Who made it: a username, or `cli`.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends unused.
    pub expires_at: Timestamp,
    /// When it was used.
    pub spent_at: Option<Timestamp>,
}

/// A token that names the person to a service once, bound to the phone that fetched it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginHintToken {
    /// SHA-256 of its text.
    pub digest: TokenDigest,
    /// The person it names.
    pub user_id: UserId,
    /// The phone that fetched it.
    pub authenticator_id: AuthenticatorId,
    /// When it ends unused.
    pub expires_at: Timestamp,
    /// When a sign-in used it.
    pub spent_at: Option<Timestamp>,
}
