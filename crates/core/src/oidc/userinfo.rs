//! Userinfo, `{iss}/me` (OpenID Connect Core §5.3).

use super::bearer::Bearer;
use crate::failure::{Outcome, Refusal};
use crate::provider::Provider;
use countersign_protocol::ErrorCode;
use countersign_protocol::token::UserinfoAnswer;

/// Claims about the person behind an access token, as far as its scopes reach.
///
/// # Errors
/// `insufficient_scope`: not a person's token, or without `openid`.
#[expect(
    clippy::unused_async,
    reason = "a use case like all others: the call stays the same when it has to look something up"
)]
pub async fn userinfo(_provider: &Provider, bearer: &Bearer) -> Outcome<UserinfoAnswer> {
    let person = bearer.person()?;
    if !person.grant.scope.contains("openid") {
        return Err(Refusal::new(
            ErrorCode::InsufficientScope,
            "the access token was not granted the scope openid",
        )
        .into());
    }
    let profile = person.grant.scope.contains("profile");
    Ok(UserinfoAnswer {
        sub: person.user.id.to_string(),
        preferred_username: profile.then(|| person.user.username.to_string()),
        name: person.user.name.clone().filter(|_| profile),
        idp_role: Some(person.user.role.as_str().to_owned()),
    })
}
