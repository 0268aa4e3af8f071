//! What a service may know of a person by `GET {host}/users/me` (onesid.md §8).

use crate::failure::Refusal;
use crate::oidc::bearer::Bearer;
use countersign_protocol::user::UserAnswer;

/// The person behind an access token. Every member is there: published readers index them all.
///
/// # Errors
/// `insufficient_scope`: not a person's token.
pub fn me(bearer: &Bearer) -> Result<UserAnswer, Refusal> {
    let user = &bearer.person()?.user;
    let username = user.username.to_string();
    let local = username
        .split_once('@')
        .map_or(username.as_str(), |(local, _)| local)
        .to_owned();
    Ok(UserAnswer {
        created_at: user.created_at.rfc3339(),
        username_without_domain: local,
        username,
        ..UserAnswer::default()
    })
}
