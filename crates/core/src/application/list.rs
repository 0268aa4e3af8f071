//! What an operator sees of applications.

use super::{Application, wire};
use crate::failure::{Failure, Fault, Outcome, Refusal};
use crate::id::ApplicationId;
use crate::provider::Provider;
use crate::store::Reading;
use crate::text::fold;
use countersign_protocol::application::{StoredApplication, StoredApplicationList};

/// All applications that are not removed, by creation.
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

/// All applications as operators read them over HTTP, by creation.
///
/// # Errors
/// The store fails.
pub async fn stored_list(provider: &Provider) -> Outcome<StoredApplicationList> {
    provider
        .store
        .read(|tx| {
            let applications = tx.applications().list()?;
            let applications: Vec<_> = applications
                .into_iter()
                .map(|application| wire::stored(tx, application))
                .collect::<Result<_, _>>()?;
            Ok(StoredApplicationList {
                total: applications.len(),
                applications,
            })
        })
        .await
}

/// One application as operators read it over HTTP.
///
/// # Errors
/// `not_found`.
pub async fn stored(provider: &Provider, id: ApplicationId) -> Outcome<StoredApplication> {
    provider
        .store
        .read(move |tx| {
            let application = required(tx, &id.to_string())?;
            Ok(wire::stored(tx, application)?)
        })
        .await
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
        let found = tx.applications().by_id(id)?;
        return Ok(found.filter(|application| application.removed_at.is_none()));
    }
    if let Some(application) = tx.applications().by_hostname(&fold(text))? {
        return Ok(Some(application));
    }
    let all = tx.applications().list()?;
    Ok(all
        .into_iter()
        .find(|application| application.client_identifier.as_deref() == Some(text)))
}
