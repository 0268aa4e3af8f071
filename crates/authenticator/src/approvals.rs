//! What waits for the person, what is past, and login hint tokens.

use countersign_protocol::approval::{ApprovalHistory, ApprovalItem, ApprovalList, SettledItem};
use countersign_protocol::authenticator::LoginHintTokenAnswer;
use uuid::Uuid;

use crate::Error;
use crate::session::Session;

/// `GET {host}/approvals`.
pub(crate) async fn pending(session: &Session) -> Result<Vec<ApprovalItem>, Error> {
    let list: ApprovalList = session.json(|http| http.get("/approvals")).await?;
    Ok(list.approvals)
}

/// `GET {host}/approvals/history`.
pub(crate) async fn history(session: &Session) -> Result<Vec<SettledItem>, Error> {
    let history: ApprovalHistory = session.json(|http| http.get("/approvals/history")).await?;
    Ok(history.approvals)
}

/// `POST {host}/login-hint-tokens`, without a body.
pub(crate) async fn login_hint_token(session: &Session) -> Result<LoginHintTokenAnswer, Error> {
    session.json(|http| http.post("/login-hint-tokens")).await
}

/// The one pending approval whose id begins with `prefix`.
///
/// # Errors
/// [`Error::Usage`] if none or several do: a decision is never guessed.
pub(crate) fn by_prefix(pending: Vec<ApprovalItem>, prefix: &str) -> Result<ApprovalItem, Error> {
    let wanted = prefix.to_ascii_lowercase();
    let mut found = pending.into_iter().filter(|item| begins_with(item.id, &wanted));
    match (found.next(), found.next()) {
        (Some(item), None) => Ok(item),
        (Some(_), Some(_)) => Err(Error::usage(format!(
            "several requests begin with {prefix}; write more of the id"
        ))),
        (None, _) => Err(Error::usage(format!(
            "no waiting request has the id {prefix}; see `list`"
        ))),
    }
}

fn begins_with(id: Uuid, prefix: &str) -> bool {
    !prefix.is_empty() && id.hyphenated().to_string().starts_with(prefix)
}
