//! One trait for each noun. Methods that take `&self` look, methods that take `&mut self` change.
//! A method that decides a race says so and answers whether this caller won (`true`) or not.

use crate::application::Application;
use crate::approval::{Approval, ApprovalState};
use crate::audit::{AuditHead, AuditRecord};
use crate::authenticator::{Authenticator, Invitation, LoginHintToken};
use crate::ciba::CibaRequest;
use crate::client::ClientRecord;
use crate::device::{Device, DeviceRegistration, RegistrationState};
use crate::failure::Fault;
use crate::id::{
    ApplicationId, ApprovalId, AuthenticatorId, ClientId, DeviceId, GrantId, OrganisationId, UserId,
};
use crate::keys::SigningKey;
use crate::oidc::{AccessToken, Grant, RefreshSpent, RefreshToken};
use crate::secret::TokenDigest;
use crate::text::Username;
use crate::time::Timestamp;
use crate::user::{Organisation, User};
use countersign_protocol::approval::ApprovalKind;

/// What the look-ups give.
pub(super) type Answer<T> = Result<T, Fault>;

/// Organisations.
pub trait OrganisationStore {
    /// The organisation that answers to a folded domain or alias.
    fn by_name(&self, folded: &str) -> Answer<Option<Organisation>>;
    /// By id.
    fn by_id(&self, id: OrganisationId) -> Answer<Option<Organisation>>;
    /// All, by creation.
    fn list(&self) -> Answer<Vec<Organisation>>;
    /// Adds one.
    fn insert(&mut self, organisation: &Organisation) -> Answer<()>;
}

/// People.
pub trait UserStore {
    /// By id.
    fn by_id(&self, id: UserId) -> Answer<Option<User>>;
    /// By username, in any case and under any name of the organisation. A disabled person is found too.
    fn by_username(&self, username: &Username) -> Answer<Option<User>>;
    /// All, by creation.
    fn list(&self) -> Answer<Vec<User>>;
    /// Adds one.
    fn insert(&mut self, user: &User) -> Answer<()>;
    /// Disables (or, with `None`, enables again).
    fn set_disabled(&mut self, id: UserId, at: Option<Timestamp>) -> Answer<()>;
}

/// OAuth clients.
pub trait ClientStore {
    /// By `client_id`.
    fn by_id(&self, id: &ClientId) -> Answer<Option<ClientRecord>>;
    /// Whether it is known and not disabled: asked once more in every write that a client causes.
    fn is_usable(&self, id: &ClientId) -> Answer<bool>;
    /// All, by creation.
    fn list(&self) -> Answer<Vec<ClientRecord>>;
    /// Adds one.
    fn insert(&mut self, client: &ClientRecord) -> Answer<()>;
    /// Takes its rights (or, with `None`, gives them back).
    fn set_disabled(&mut self, id: &ClientId, at: Option<Timestamp>) -> Answer<()>;
    /// Replaces its metadata. Decides the race: `false` means that it is no longer what it was `before`.
    fn replace_metadata(&mut self, id: &ClientId, before: &str, after: &str) -> Answer<bool>;
}

/// Client assertions that were used (RFC 7523 §3: `jti`).
pub trait AssertionStore {
    /// Marks a `jti` of a client as used until its end. Decides the race: `false` means that it was used before. What is
    /// sent again has the end that it had: the same `jti` with another end is another assertion, which its client signed.
    fn spend(&mut self, client: &ClientId, jti: &str, expires_at: Timestamp) -> Answer<bool>;
}

/// Devices and their registrations.
pub trait DeviceStore {
    /// A registration by its verification code.
    fn registration(&self, verification_code: &str) -> Answer<Option<DeviceRegistration>>;
    /// All registrations, newest first.
    fn registrations(&self) -> Answer<Vec<DeviceRegistration>>;
    /// Counts the registrations that wait for a decision, in all and from one address.
    fn waiting_registrations(&self, now: Timestamp, address: Option<&str>) -> Answer<WaitingRegistrations>;
    /// Adds a registration. `false` means that the verification code is taken: draw another.
    fn insert_registration(&mut self, registration: &DeviceRegistration) -> Answer<bool>;
    /// Decides a pending registration. Decides the race: `false` means that it was no longer pending.
    fn decide_registration(&mut self, verification_code: &str, state: &RegistrationState) -> Answer<bool>;
    /// By id.
    fn by_id(&self, id: DeviceId) -> Answer<Option<Device>>;
    /// By client id.
    fn by_client(&self, client: &ClientId) -> Answer<Option<Device>>;
    /// All devices, newest first.
    fn list(&self) -> Answer<Vec<Device>>;
    /// Adds a device.
    fn insert(&mut self, device: &Device) -> Answer<()>;
    /// Suspends (or, with `None`, brings back).
    fn set_suspended(&mut self, id: DeviceId, at: Option<Timestamp>) -> Answer<()>;
    /// Revokes for good.
    fn revoke(&mut self, id: DeviceId, at: Timestamp) -> Answer<()>;
    /// Notes thumbprint and type of the key that it has now.
    fn set_key(&mut self, id: DeviceId, thumbprint: &str, key_type: &str) -> Answer<()>;
}

/// What [`DeviceStore::waiting_registrations`] counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WaitingRegistrations {
    /// All that wait.
    pub all: u32,
    /// When the first of them ends.
    pub first_ends_at: Option<Timestamp>,
    /// Those from the address.
    pub near: u32,
    /// When the first of those ends.
    pub first_near_ends_at: Option<Timestamp>,
}

/// Applications.
pub trait ApplicationStore {
    /// By id.
    fn by_id(&self, id: ApplicationId) -> Answer<Option<Application>>;
    /// By folded host name, enabled or not.
    fn by_hostname(&self, hostname: &str) -> Answer<Option<Application>>;
    /// The application whose key a client holds: of several one that is not removed, then one with a host name, then
    /// the oldest.
    fn by_client(&self, client: &ClientId) -> Answer<Option<Application>>;
    /// All that are not removed, by creation.
    fn list(&self) -> Answer<Vec<Application>>;
    /// Adds one. `false` means that another application has the host name or the client identifier.
    fn insert(&mut self, application: &Application) -> Answer<bool>;
    /// Writes everything anew but id and creation. `false` means that it is removed, or that another application has
    /// the host name or the client identifier.
    fn update(&mut self, application: &Application) -> Answer<bool>;
    /// Takes it out of use for good and frees its host name and client identifier. `false` means that it is removed
    /// already, or was never there.
    fn remove(&mut self, id: ApplicationId, at: Timestamp) -> Answer<bool>;
    /// Disables (or, with `None`, enables again).
    fn set_disabled(&mut self, id: ApplicationId, at: Option<Timestamp>) -> Answer<()>;
}

/// Phones, invitations and login hint tokens.
pub trait AuthenticatorStore {
    /// By id.
    fn by_id(&self, id: AuthenticatorId) -> Answer<Option<Authenticator>>;
    /// Phones of a person, oldest first.
    fn of_user(&self, user: UserId) -> Answer<Vec<Authenticator>>;
    /// All, by enrolment.
    fn list(&self) -> Answer<Vec<Authenticator>>;
    /// The phone with a key that was not revoked, by the thumbprint of that key; the oldest of several.
    fn living_by_thumbprint(&self, thumbprint: &str) -> Answer<Option<Authenticator>>;
    /// Adds one.
    fn insert(&mut self, authenticator: &Authenticator) -> Answer<()>;
    /// Revokes for good. `false` means that it was revoked before.
    fn revoke(&mut self, id: AuthenticatorId, at: Timestamp) -> Answer<bool>;
    /// An invitation by its digest.
    fn invitation(&self, digest: &TokenDigest) -> Answer<Option<Invitation>>;
    /// Adds an invitation.
    fn insert_invitation(&mut self, invitation: &Invitation) -> Answer<()>;
    /// Uses an invitation. Decides the race: `false` means that it was used before.
    fn spend_invitation(&mut self, digest: &TokenDigest, at: Timestamp) -> Answer<bool>;
    /// A login hint token by its digest.
    fn login_hint_token(&self, digest: &TokenDigest) -> Answer<Option<LoginHintToken>>;
    /// Adds a login hint token.
    fn insert_login_hint_token(&mut self, token: &LoginHintToken) -> Answer<()>;
    /// Uses a login hint token. Decides the race: `false` means that it was used before.
    fn spend_login_hint_token(&mut self, digest: &TokenDigest, at: Timestamp) -> Answer<bool>;
}

/// What [`ApprovalStore::pace`] counts of one person's requests of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PaceCounts {
    /// Requests of the last minute.
    pub last_minute: u32,
    /// Requests of the last hour that nobody answered (causes `timed_out` and `superseded`, also those whose time is
    /// over but which no worker has marked yet).
    pub unanswered_last_hour: u32,
    /// Denials and expiries (causes `timed_out` and `wrong_codes`; a request that the same application superseded is
    /// none) since the last approval, at most those of the last 24 hours.
    pub refusals_in_a_row: u32,
    /// When the latest of them settled: for an expiry nobody has marked yet, its `expires_at`.
    pub last_refusal_at: Option<Timestamp>,
}

/// Approvals.
pub trait ApprovalStore {
    /// By id.
    fn by_id(&self, id: ApprovalId) -> Answer<Option<Approval>>;
    /// Pending approvals of a person that end after `now`, oldest first.
    fn pending_of(&self, user: UserId, now: Timestamp) -> Answer<Vec<Approval>>;
    /// Pending approvals of a person that a client opened, also those whose time is over.
    fn pending_of_client(&self, user: UserId, client: &ClientId) -> Answer<Vec<Approval>>;
    /// Approvals of a person that changed after a revision, in the order of revisions, at most `limit`.
    fn changed_since(&self, user: UserId, revision: i64, limit: u32) -> Answer<Vec<Approval>>;
    /// The highest revision of a person's approvals; 0 when there is none.
    fn last_revision_of(&self, user: UserId) -> Answer<i64>;
    /// Settled approvals of a person, newest first, at most `limit`.
    fn history_of(&self, user: UserId, limit: u32) -> Answer<Vec<Approval>>;
    /// Counts one kind of request for the limits against push bombing.
    fn pace(&self, user: UserId, kind: ApprovalKind, now: Timestamp) -> Answer<PaceCounts>;
    /// Adds one, with the next revision; `revision` of the argument is not read.
    fn insert(&mut self, approval: &Approval) -> Answer<()>;
    /// Moves from pending to a settled state (approved, denied, expired), with the next revision.
    /// Decides the race: `false` means that it was no longer pending.
    fn settle(&mut self, id: ApprovalId, state: &ApprovalState) -> Answer<bool>;
    /// Moves from approved to redeemed. Decides the race: `false` means that it was not (or no longer) approved.
    fn redeem(&mut self, id: ApprovalId, at: Timestamp, grant: GrantId) -> Answer<bool>;
    /// Counts a wrong code and answers how many there are now.
    fn count_wrong_code(&mut self, id: ApprovalId) -> Answer<u32>;
    /// Expires (`timed_out`) what is pending and whose time is over, at most `limit`.
    fn expire_due(&mut self, now: Timestamp, limit: u32) -> Answer<Expired>;
    /// Whether a report (`not_me`) stops this client for this person.
    fn is_stopped(&self, user: UserId, client: &ClientId) -> Answer<bool>;
    /// Every standing report: person, client, when.
    fn stops(&self) -> Answer<Vec<(UserId, ClientId, Timestamp)>>;
    /// Stops a client for a person until an operator looks; a second report changes nothing.
    fn stop(&mut self, user: UserId, client: &ClientId, at: Timestamp) -> Answer<()>;
    /// An operator looked: the client may ask the person again. `false` means that nothing stood.
    fn clear_stop(&mut self, user: UserId, client: &ClientId) -> Answer<bool>;
}

/// CIBA requests.
pub trait CibaStore {
    /// By the digest of the `auth_req_id`.
    fn by_digest(&self, digest: &TokenDigest) -> Answer<Option<CibaRequest>>;
    /// Adds one.
    fn insert(&mut self, request: &CibaRequest) -> Answer<()>;
    /// Notes a poll and the interval in force from now on.
    fn note_poll(&mut self, digest: &TokenDigest, at: Timestamp, interval: u32) -> Answer<()>;
}

/// Grants and their tokens.
pub trait GrantStore {
    /// By id.
    fn by_id(&self, id: GrantId) -> Answer<Option<Grant>>;
    /// Adds one.
    fn insert(&mut self, grant: &Grant) -> Answer<()>;
    /// Revokes a grant; all its tokens end with it. `false` means that it was revoked before.
    fn revoke(&mut self, id: GrantId, at: Timestamp) -> Answer<bool>;
    /// Revokes every grant of a person; answers how many.
    fn revoke_of_user(&mut self, user: UserId, at: Timestamp) -> Answer<u32>;
    /// Revokes every grant of a client; answers how many.
    fn revoke_of_client(&mut self, client: &ClientId, at: Timestamp) -> Answer<u32>;
    /// An access token by the digest of its text.
    fn access_token(&self, digest: &TokenDigest) -> Answer<Option<AccessToken>>;
    /// Adds an access token.
    fn insert_access_token(&mut self, token: &AccessToken) -> Answer<()>;
    /// Revokes one access token.
    fn revoke_access_token(&mut self, digest: &TokenDigest, at: Timestamp) -> Answer<()>;
    /// A refresh token by its digest.
    fn refresh_token(&self, digest: &TokenDigest) -> Answer<Option<RefreshToken>>;
    /// Adds a refresh token.
    fn insert_refresh_token(&mut self, token: &RefreshToken) -> Answer<()>;
    /// Uses a refresh token. Decides the race: `false` means that it was used before.
    fn spend_refresh_token(&mut self, digest: &TokenDigest, spent: &RefreshSpent) -> Answer<bool>;
}

/// Signing keys.
pub trait KeyStore {
    /// All that are not retired for good, by announcement.
    fn list(&self) -> Answer<Vec<SigningKey>>;
    /// Adds one.
    fn insert(&mut self, key: &SigningKey) -> Answer<()>;
    /// Writes the times of a key anew.
    fn update_times(&mut self, key: &SigningKey) -> Answer<()>;
}

/// The audit log, and the sweeping of what is over.
pub trait AuditStore {
    /// The end of the chain; `None` before the first record.
    fn head(&self) -> Answer<Option<AuditHead>>;
    /// Records after a place, in order, at most `limit`.
    fn page(&self, after_seq: i64, limit: u32) -> Answer<Vec<AuditRecord>>;
    /// Adds a record and moves the head.
    fn append(&mut self, record: &AuditRecord, head: &AuditHead) -> Answer<()>;
    /// Removes what ended before the given moments (spent assertions, tokens, requests, invitations), at most
    /// `limit` rows a table, and erases kept refresh answers whose grace is over, sealed results of mutual sessions that
    /// are over, and sealed claims of credentials that ended. Grants with living tokens and approvals stay: they are
    /// evidence.
    fn sweep(
        &mut self,
        ended_before: Timestamp,
        grace_before: Timestamp,
        now: Timestamp,
        limit: u32,
    ) -> Answer<Swept>;
}

/// What an expiry ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expired {
    /// Approvals that ended.
    pub ended: usize,
    /// The people who were asked, each once: their phones are to be woken.
    pub users: Vec<UserId>,
    /// Whether the limit was reached: there may be more.
    pub more: bool,
}

/// What a sweep removed, in rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Rows removed.
    pub removed: u64,
    /// Whether a table still had more to remove.
    pub more: bool,
}
