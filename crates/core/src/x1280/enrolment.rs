//! An enrolment: a credential on a phone (X.1280 profile §5).

use super::TokenId;
use crate::id::{AuthenticatorId, EnrolmentId};
use crate::secret::TokenDigest;
use crate::time::Timestamp;

/// A credential on a phone. A credential has one living enrolment at most. The key that signs is the phone's own, which
/// the client behind the phone is registered with, and the person is the phone's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// Its id.
    pub id: EnrolmentId,
    /// The credential.
    pub token_id: TokenId,
    /// The phone.
    pub authenticator_id: AuthenticatorId,
    /// The phone's own name for itself, `deviceId`.
    pub device_id: String,
    /// When it was enrolled.
    pub enrolled_at: Timestamp,
    /// When it was revoked, with the phone or with the credential; another phone may enrol the credential from then on,
    /// unless the credential itself is revoked.
    pub revoked_at: Option<Timestamp>,
}

/// A challenge for the proof of possession, single use. Only its digest is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnrolmentChallenge {
    /// SHA-256 of its text.
    pub digest: TokenDigest,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends unused.
    pub expires_at: Timestamp,
    /// When it was used.
    pub spent_at: Option<Timestamp>,
}
