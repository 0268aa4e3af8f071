use super::nouns::Answer;
use crate::id::UserId;
use crate::user::data::SealedDatum;
use countersign_protocol::consent::ClaimName;

/// People's personal data: sealed before it gets here, opened after it left.
pub trait UserDataStore {
    /// What is known of a person, by name.
    fn of_user(&self, user: UserId) -> Answer<Vec<SealedDatum>>;
    /// Writes a value, in place of the one before.
    fn put(&mut self, datum: &SealedDatum) -> Answer<()>;
    /// Removes a value. `false` means that there was none.
    fn remove(&mut self, user: UserId, name: ClaimName) -> Answer<bool>;
}
