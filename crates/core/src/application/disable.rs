//! Disabling an application, and enabling it again.

use super::Application;
use super::list::required;
use crate::audit::AuditEvent;
use crate::audit::chain::{self, actor};
use crate::failure::{Outcome, Refusal};
use crate::provider::Provider;

/// Disables an application, by id, client identifier or host name: it is no longer listed and no token is issued for
/// it. Its device keeps working; to stop that, suspend the device.
///
/// # Errors
/// `not_found`; `conflict`: it is disabled already.
pub async fn disable(provider: &Provider, text: &str, by: &str) -> Outcome<Application> {
    switch(provider, text, by, true).await
}

/// Enables a disabled application again.
///
/// # Errors
/// `not_found`; `conflict`: it is not disabled.
pub async fn enable(provider: &Provider, text: &str, by: &str) -> Outcome<Application> {
    switch(provider, text, by, false).await
}

async fn switch(provider: &Provider, text: &str, by: &str, off: bool) -> Outcome<Application> {
    let now = provider.clock.now();
    let (text, by, audit) = (text.to_owned(), by.to_owned(), provider.audit_key());
    provider
        .store
        .write(move |tx| {
            let application = required(tx, &text)?;
            if application.disabled_at.is_some() == off {
                let word = if off { "disabled" } else { "enabled" };
                return Err(Refusal::conflict(format!("this application is {word} already")).into());
            }
            let disabled_at = off.then_some(now);
            tx.applications_mut().set_disabled(application.id, disabled_at)?;
            let action = if off {
                "application.disable"
            } else {
                "application.enable"
            };
            let subject = format!("application:{}", application.id);
            chain::record(tx, &audit, AuditEvent::new(now, actor(&by), action, subject))?;
            Ok(Application {
                disabled_at,
                ..application
            })
        })
        .await
}
