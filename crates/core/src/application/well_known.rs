//! `GET {host}/applications/.well-known`: the applications that clients may know of (onesid.md §9).

use super::Application;
use crate::failure::Outcome;
use crate::provider::Provider;
use countersign_protocol::application::{ApplicationItem, ApplicationList};

/// Entries of one answer when the client names no limit, and the most that it gets.
const LIMIT: usize = 1000;

/// The enabled applications that have a host name, at most `limit` of them, and how many there are in all. One entry
/// without a host name would make published clients drop the whole list (onesid.md C17).
///
/// # Errors
/// The store fails.
pub async fn list(provider: &Provider, limit: Option<usize>) -> Outcome<ApplicationList> {
    let all = provider.store.read(|tx| Ok(tx.applications().list()?)).await?;
    let mut applications: Vec<_> = all.into_iter().filter_map(item).collect();
    let total = applications.len();
    applications.truncate(limit.unwrap_or(LIMIT).min(LIMIT));
    Ok(ApplicationList { applications, total })
}

fn item(application: Application) -> Option<ApplicationItem> {
    let hostname = application
        .hostname
        .filter(|_| application.disabled_at.is_none())?;
    Some(ApplicationItem {
        id: application.id.0,
        kind: application.kind.as_str().to_owned(),
        name: application.name,
        hostname,
        description: application.description,
        client_identifier: application.client_identifier,
        is_hidden: application.is_hidden,
    })
}
