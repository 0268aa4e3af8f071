//! Removing an application.

use super::list::required;
use crate::audit::AuditEvent;
use crate::audit::chain::{self, actor};
use crate::failure::Outcome;
use crate::provider::Provider;

/// Removes an application, by id, client identifier or host name: out of use for good, in no list, its host name and
/// client identifier free for others. The row and the audit record stay as history. Its client signs nobody in until
/// another application stands for it.
///
/// # Errors
/// `not_found`.
pub async fn remove(provider: &Provider, text: &str, by: &str) -> Outcome<()> {
    let now = provider.clock.now();
    let (text, by, audit) = (text.to_owned(), by.to_owned(), provider.audit_key());
    provider
        .store
        .write(move |tx| {
            let application = required(&*tx, &text)?;
            tx.applications_mut().remove(application.id, now)?;
            let subject = format!("application:{}", application.id);
            let event = AuditEvent::new(now, actor(&by), "application.remove", subject)
                .with("name", &application.name)
                .with("hostname", &application.hostname)
                .with("identifier", &application.client_identifier)
                .with("client", &application.client_id);
            chain::record(tx, &audit, event)
        })
        .await
}
