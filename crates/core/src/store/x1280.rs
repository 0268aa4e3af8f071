//! X.1280 mutual sign-in: services, trust anchors, credentials, enrolments, sessions.

use super::nouns::Answer;
use crate::id::{AuthenticatorId, EnrolmentId, TrustAnchorId};
use crate::secret::TokenDigest;
use crate::time::Timestamp;
use crate::x1280::credential::{Credential, Revocation};
use crate::x1280::enrolment::{Enrolment, EnrolmentChallenge};
use crate::x1280::mutual_session::MutualSession;
use crate::x1280::service::Service;
use crate::x1280::trust::{KeyReference, TrustAnchor};
use crate::x1280::{ServiceId, SessionId, TokenId};
use countersign_protocol::x1280::RejectReason;

/// Services. Whether one is disabled is its client's state, which every look-up reads with it.
pub trait ServiceStore {
    /// By id, disabled or not.
    fn by_id(&self, id: &ServiceId) -> Answer<Option<Service>>;
    /// All, by creation.
    fn list(&self) -> Answer<Vec<Service>>;
    /// Whether an origin is that of a service that is not disabled.
    fn origin_known(&self, origin: &str) -> Answer<bool>;
    /// Adds one after its client; `disabled_at` of the argument is not read.
    fn insert(&mut self, service: &Service) -> Answer<()>;
    /// Puts the credential and the response key of `after` in force. Decides the race: `false` means that those of
    /// `before` are no longer what is stored.
    fn rotate(&mut self, before: &Service, after: &Service) -> Answer<bool>;
}

/// Trust anchors.
pub trait TrustStore {
    /// By id, removed or not.
    fn by_id(&self, id: TrustAnchorId) -> Answer<Option<TrustAnchor>>;
    /// Those that were not removed and are referred to like this, valid or not, oldest first: references are short and
    /// chosen by others, so two keys may share one.
    fn by_reference(&self, reference: &KeyReference) -> Answer<Vec<TrustAnchor>>;
    /// All that were not removed, oldest first.
    fn list(&self) -> Answer<Vec<TrustAnchor>>;
    /// Adds one.
    fn insert(&mut self, anchor: &TrustAnchor) -> Answer<()>;
    /// Removes for good. `false` means that it was removed before, or was never there.
    fn remove(&mut self, id: TrustAnchorId, at: Timestamp) -> Answer<bool>;
}

/// Credentials of people. One whose signing key was revoked reads as revoked, without a reason.
pub trait CredentialStore {
    /// By id, revoked or not.
    fn by_id(&self, id: &TokenId) -> Answer<Option<Credential>>;
    /// All, newest first.
    fn list(&self) -> Answer<Vec<Credential>>;
    /// Writes origin, person and claims of a credential that was issued or enrolled; when and whether it was recorded
    /// before stays. `false` means that it is revoked, or that a credential of another issuer has the id.
    fn put(&mut self, credential: &Credential) -> Answer<bool>;
    /// Revokes for good and erases the claims; an id that was never seen, too. `false` means that it was revoked before.
    fn revoke(&mut self, id: &TokenId, revocation: &Revocation) -> Answer<bool>;
}

/// Enrolments, and the challenges for them.
pub trait EnrolmentStore {
    /// By id, revoked or not.
    fn by_id(&self, id: EnrolmentId) -> Answer<Option<Enrolment>>;
    /// The enrolment of a credential: the living one, or else the latest that was revoked.
    fn of_token(&self, token: &TokenId) -> Answer<Option<Enrolment>>;
    /// Adds one. Decides the race: `false` means that the credential has a living one.
    fn insert(&mut self, enrolment: &Enrolment) -> Answer<bool>;
    /// Revokes the living enrolment of a credential. `false` means that there is none.
    fn revoke_of_token(&mut self, token: &TokenId, at: Timestamp) -> Answer<bool>;
    /// Revokes every enrolment of a phone; answers how many.
    fn revoke_of_authenticator(&mut self, phone: AuthenticatorId, at: Timestamp) -> Answer<u32>;
    /// A challenge by the digest of its text.
    fn challenge(&self, digest: &TokenDigest) -> Answer<Option<EnrolmentChallenge>>;
    /// Adds a challenge.
    fn insert_challenge(&mut self, challenge: &EnrolmentChallenge) -> Answer<()>;
    /// Uses a challenge. Decides the race: `false` means that it was used before.
    fn spend_challenge(&mut self, digest: &TokenDigest, at: Timestamp) -> Answer<bool>;
}

/// Sessions. They end by time alone, and what was sealed in them is erased by the sweep that comes after
/// ([`AuditStore::sweep`](super::AuditStore::sweep)).
pub trait MutualStore {
    /// By id.
    fn by_id(&self, id: &SessionId) -> Answer<Option<MutualSession>>;
    /// Adds one.
    fn insert(&mut self, session: &MutualSession) -> Answer<()>;
    /// Notes what was wrong with an answer.
    fn note_refusal(&mut self, id: &SessionId, reason: RejectReason) -> Answer<()>;
    /// Keeps the sealed result. Decides the race: `false` means that there is one already.
    fn answer(&mut self, id: &SessionId, at: Timestamp, sealed: &[u8]) -> Answer<bool>;
}
