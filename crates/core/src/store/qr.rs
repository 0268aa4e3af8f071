//! QR sessions, and how often they are made and scanned.

use crate::failure::Fault;
use crate::id::{ApprovalId, AuthenticatorId, ClientId};
use crate::qr::{QrSession, QrSessionId, Scan};
use crate::time::Timestamp;

/// What the look-ups give.
type Answer<T> = Result<T, Fault>;

/// QR sessions.
pub trait QrStore {
    /// By id.
    fn by_id(&self, id: &QrSessionId) -> Answer<Option<QrSession>>;
    /// Counts the sessions that a client made after a moment.
    fn made_since(&self, client: &ClientId, since: Timestamp) -> Answer<Recent>;
    /// Counts the scans of a phone after a moment.
    fn scans_since(&self, phone: AuthenticatorId, since: Timestamp) -> Answer<Recent>;
    /// Adds one.
    fn insert(&mut self, session: &QrSession) -> Answer<()>;
    /// Counts a scan of a phone, whatever comes of it.
    fn count_scan(&mut self, phone: AuthenticatorId, at: Timestamp) -> Answer<()>;
    /// Moves from waiting to scanned. Decides the race: `false` means that another phone was first.
    fn scan(&mut self, id: &QrSessionId, scan: &Scan) -> Answer<bool>;
    /// Moves from scanned to requested. Decides the race: `false` means that the session is in another state.
    fn request(&mut self, id: &QrSessionId, approval: ApprovalId) -> Answer<bool>;
}

/// What happened within a window of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Recent {
    /// How often.
    pub count: u32,
    /// When for the first time within the window.
    pub oldest: Option<Timestamp>,
}
