//! `POST {iss}/from-identifier`: a device looks a person up by username or id (onesid.md §8).

use super::bearer::DeviceBearer;
use crate::failure::{Outcome, Refusal};
use crate::provider::Provider;
use crate::user::find;
use countersign_protocol::token::{FromIdentifierAnswer, FromIdentifierRequest};

/// Finds a person who can sign in.
///
/// # Errors
/// `not_found`: there is none, or they may not sign in.
pub async fn from_identifier(
    provider: &Provider,
    _device: &DeviceBearer,
    request: FromIdentifierRequest,
) -> Outcome<FromIdentifierAnswer> {
    provider
        .store
        .read(move |tx| {
            let user =
                find::by_identifier(tx, &request.identifier)?.filter(|user| user.disabled_at.is_none());
            let user =
                user.ok_or_else(|| Refusal::not_found("no person who can sign in has this identifier"))?;
            let phones = tx.authenticators().of_user(user.id)?;
            let phone = phones.into_iter().find(|phone| phone.revoked_at.is_none());
            // Published clients require a string here also for a person without a phone.
            let client_id = phone.map_or_else(|| user.id.to_string(), |phone| phone.client_id.to_string());
            Ok(FromIdentifierAnswer {
                subject: user.id.to_string(),
                username: user.username.to_string(),
                client_id,
            })
        })
        .await
}
