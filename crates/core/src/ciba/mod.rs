//! The CIBA front door (CIBA Core): a client asks for a person's sign-in and polls for the tokens.

pub mod auth_req_id;
pub mod binding;
pub mod hint;
pub mod redeem;
pub mod start;

use crate::id::{ApprovalId, ClientId};
use crate::oidc::Audience;
use crate::secret::TokenDigest;
use crate::time::Timestamp;
use countersign_protocol::ScopeList;

/// A CIBA authentication request: what the client needs beside the approval that decides it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CibaRequest {
    /// SHA-256 of the `auth_req_id`.
    pub digest: TokenDigest,
    /// The approval that decides it.
    pub approval_id: ApprovalId,
    /// The client that may redeem it.
    pub client_id: ClientId,
    /// The scopes that were asked for and are known here.
    pub scope: ScopeList,
    /// What the access token is for, when a resource was named.
    pub audience: Option<Audience>,
    /// When it was requested.
    pub requested_at: Timestamp,
    /// When it ends; an approval does not extend it (CIBA Core §7.3).
    pub expires_at: Timestamp,
    /// Seconds to wait between polls; `slow_down` raises it (CIBA Core §11).
    pub interval: u32,
    /// When it was polled last, for clients whose profile knows `slow_down`.
    pub polled_at: Option<Timestamp>,
}
