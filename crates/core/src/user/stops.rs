//! Reports: a client that a person called a stranger (`not_me`) may not ask that person again until an operator looked.

use super::User;
use super::find::required;
use crate::audit::AuditEvent;
use crate::audit::chain::{self, actor};
use crate::failure::{Outcome, Refusal};
use crate::id::ClientId;
use crate::provider::Provider;
use crate::time::Timestamp;

/// A standing report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// The person who reported.
    pub user: User,
    /// The client that may not ask.
    pub client_id: ClientId,
    /// When it was reported.
    pub at: Timestamp,
}

/// Every standing report.
///
/// # Errors
/// The store fails.
pub async fn list(provider: &Provider) -> Outcome<Vec<Stop>> {
    provider
        .store
        .read(|tx| {
            let mut stops = Vec::new();
            for (user_id, client_id, at) in tx.approvals().stops()? {
                // A person is never removed, so a report without one cannot stand; nothing to show for it if it did.
                if let Some(user) = tx.users().by_id(user_id)? {
                    stops.push(Stop { user, client_id, at });
                }
            }
            Ok(stops)
        })
        .await
}

/// An operator looked: the client may ask the person, named by username or id, again.
///
/// # Errors
/// `not_found`: there is no such person, or no such report.
pub async fn clear(provider: &Provider, user: &str, client: &str, by: &str) -> Outcome<()> {
    let now = provider.clock.now();
    let unknown = || Refusal::not_found("no report of this person about this client stands");
    let client = ClientId::parse(client).ok_or_else(unknown)?;
    let (user, by, audit) = (user.to_owned(), by.to_owned(), provider.audit_key());
    provider
        .store
        .write(move |tx| {
            let user = required(tx, &user)?;
            if !tx.approvals_mut().clear_stop(user.id, &client)? {
                return Err(unknown().into());
            }
            let event = AuditEvent::new(now, actor(&by), "stop.clear", format!("user:{}", user.id))
                .with("client", &client);
            chain::record(tx, &audit, event)
        })
        .await
}
