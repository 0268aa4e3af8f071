//! What an operator sees of applications.

use super::Application;
use crate::failure::{Failure, Fault, Outcome, Refusal};
use crate::id::ApplicationId;
use crate::provider::Provider;
use crate::store::Reading;
use crate::text::fold;

/// All applications, by creation.
///
/// # Errors
/// The store fails.
pub async fn list(provider: &Provider) -> Outcome<Vec<Application>> {
    provider.store.read(|tx| Ok(tx.applications().list()?)).await
}

/// One application, by id, client identifier or host name.
///
/// # Errors
/// `not_found`.
pub async fn show(provider: &Provider, text: &str) -> Outcome<Application> {
    let text = text.to_owned();
    provider.store.read(move |tx| required(tx, &text)).await
}

pub(super) fn required(tx: &dyn Reading, text: &str) -> Outcome<Application> {
    let unknown = || {
        Refusal::not_found(
            "there is no application with this id, client identifier or host name; see app list",
        )
    };
    find(tx, text)?.ok_or_else(|| Failure::from(unknown()))
}

fn find(tx: &dyn Reading, text: &str) -> Result<Option<Application>, Fault> {
    if let Ok(id) = text.parse::<ApplicationId>() {
        return tx.applications().by_id(id);
    }
    if let Some(application) = tx.applications().by_hostname(&fold(text))? {
        return Ok(Some(application));
    }
    let all = tx.applications().list()?;
    Ok(all
        .into_iter()
        .find(|application| application.client_identifier.as_deref() == Some(text)))
}
