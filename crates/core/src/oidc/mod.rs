//! OpenID Connect: tokens, and what can be asked about them.

pub mod access_token;
pub mod bearer;
pub mod discovery;
pub mod from_identifier;
pub mod id_token;
pub mod identify;
pub mod introspect;
pub mod refresh;
pub mod revoke;
pub mod token;
pub mod userinfo;

use crate::evidence::Evidence;
use crate::id::{ApprovalId, ClientId, DeviceId, GrantId, UserId};
use crate::secret::TokenDigest;
use crate::time::Timestamp;
use countersign_protocol::ScopeList;

/// What an access token is for (RFC 8707): the URL that the client named, and the client that answers to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audience {
    /// The URL as it was named.
    pub resource: String,
    /// The client id of the application behind it: the `aud` of the token (onesid.md §7).
    pub client_id: ClientId,
}

/// What one approval made: the family of tokens that lives and dies together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Its id.
    pub id: GrantId,
    /// The client that holds it.
    pub client_id: ClientId,
    /// The person who granted it.
    pub user_id: UserId,
    /// The approval that it came from.
    pub approval_id: ApprovalId,
    /// The scopes.
    pub scope: ScopeList,
    /// What its access tokens are for.
    pub audience: Option<Audience>,
    /// What was proven when it was approved.
    pub evidence: Evidence,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was revoked, with all its tokens.
    pub revoked_at: Option<Timestamp>,
}

/// An access token, opaque or JWT: known by the digest of its whole text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessToken {
    /// SHA-256 of its text.
    pub digest: TokenDigest,
    /// The client that it was issued to.
    pub client_id: ClientId,
    /// Whom it speaks for.
    pub subject: TokenSubject,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was revoked by itself; a revoked grant also ends it.
    pub revoked_at: Option<Timestamp>,
}

/// Whom an access token speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenSubject {
    /// A machine (client credentials).
    Device(DeviceId),
    /// A phone, and through it its person (client credentials).
    Authenticator(UserId),
    /// A registered service (client credentials).
    Service,
    /// A person, through a grant.
    Grant(GrantId),
}

/// A refresh token: single use, one of a chain within its grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshToken {
    /// SHA-256 of its text.
    pub digest: TokenDigest,
    /// The grant that it renews.
    pub grant_id: GrantId,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it ends unused.
    pub expires_at: Timestamp,
    /// When and how it was used.
    pub spent: Option<RefreshSpent>,
}

/// How a refresh token was used: enough to give an identical retry the same answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshSpent {
    /// When.
    pub at: Timestamp,
    /// SHA-256 over the assertion that came with it: an identical retry carries the same one.
    pub request: TokenDigest,
    /// The answer, sealed under a key made from the refresh token itself; erased when the grace window ends.
    pub answer: Option<Vec<u8>>,
}
