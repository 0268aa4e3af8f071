//! Finding a phone for an operator.

use super::Authenticator;
use crate::failure::{Outcome, Refusal};
use crate::id::AuthenticatorId;
use crate::store::Reading;

/// The phone with an id.
///
/// # Errors
/// `not_found`.
pub fn by_id(tx: &dyn Reading, id: AuthenticatorId) -> Outcome<Authenticator> {
    let unknown = || Refusal::not_found("there is no authenticator with this id; see authenticator list");
    Ok(tx.authenticators().by_id(id)?.ok_or_else(unknown)?)
}
