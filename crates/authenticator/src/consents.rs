//! What the person gave away, and taking it back.

use countersign_protocol::consent::{ConsentItem, ConsentList};
use uuid::Uuid;

use crate::Error;
use crate::session::Session;

/// `GET {host}/consents`.
pub(crate) async fn list(session: &Session) -> Result<Vec<ConsentItem>, Error> {
    let list: ConsentList = session.json(|http| http.get("/consents")).await?;
    Ok(list.consents)
}

/// `DELETE {host}/consents/{id}`.
pub(crate) async fn revoke(session: &Session, id: Uuid) -> Result<(), Error> {
    let path = format!("/consents/{id}");
    session.done(|http| http.delete(&path)).await
}

/// The one consent whose id begins with `prefix`.
///
/// # Errors
/// [`Error::Usage`] if none or several do: what is taken back is never guessed.
pub(crate) fn by_prefix(consents: Vec<ConsentItem>, prefix: &str) -> Result<ConsentItem, Error> {
    let wanted = prefix.to_ascii_lowercase();
    let begins = |id: Uuid| !wanted.is_empty() && id.hyphenated().to_string().starts_with(&wanted);
    let mut found = consents.into_iter().filter(|consent| begins(consent.id));
    match (found.next(), found.next()) {
        (Some(consent), None) => Ok(consent),
        (Some(_), Some(_)) => Err(Error::usage(format!(
            "several consents begin with {prefix}; write more of the id"
        ))),
        (None, _) => Err(Error::usage(format!(
            "no consent has the id {prefix}; see `consents`"
        ))),
    }
}
