use super::nouns::Answer;
use crate::consent::Consent;
use crate::id::{ConsentId, UserId};
use crate::time::Timestamp;

/// Consents for personal data.
pub trait ConsentStore {
    /// By id.
    fn by_id(&self, id: ConsentId) -> Answer<Option<Consent>>;
    /// What a person gave, withdrawn or not: those whose approval was approved, newest decision first.
    fn given_by(&self, user: UserId) -> Answer<Vec<Consent>>;
    /// All, newest first.
    fn list(&self) -> Answer<Vec<Consent>>;
    /// Adds one.
    fn insert(&mut self, consent: &Consent) -> Answer<()>;
    /// Keeps the receipt. Decides the race: `false` means that there is one already, or that it was withdrawn.
    fn keep_receipt(&mut self, id: ConsentId, receipt: &str) -> Answer<bool>;
    /// Withdraws for good. `false` means that it was withdrawn before.
    fn revoke(&mut self, id: ConsentId, at: Timestamp) -> Answer<bool>;
}
