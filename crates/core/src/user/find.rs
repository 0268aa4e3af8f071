//! Finding a person.

use super::User;
use crate::failure::{Failure, Fault, Outcome, Refusal};
use crate::id::UserId;
use crate::provider::Provider;
use crate::store::Reading;
use crate::text::Username;

/// The person with a username or a user id, disabled or not.
///
/// # Errors
/// The store fails.
pub fn by_identifier(tx: &dyn Reading, text: &str) -> Result<Option<User>, Fault> {
    if let Ok(id) = text.parse::<UserId>() {
        return tx.users().by_id(id);
    }
    Username::parse(text).map_or(Ok(None), |username| tx.users().by_username(&username))
}

/// The person with a username or a user id.
///
/// # Errors
/// `not_found`.
pub async fn find(provider: &Provider, text: &str) -> Outcome<User> {
    let text = text.to_owned();
    provider.store.read(move |tx| required(tx, &text)).await
}

/// All people, by creation.
///
/// # Errors
/// The store fails.
pub async fn list(provider: &Provider) -> Outcome<Vec<User>> {
    provider.store.read(|tx| Ok(tx.users().list()?)).await
}

pub(super) fn required(tx: &dyn Reading, text: &str) -> Outcome<User> {
    let unknown = || Refusal::not_found("there is no person with this username or user id; see user list");
    by_identifier(tx, text)?.ok_or_else(|| Failure::from(unknown()))
}
