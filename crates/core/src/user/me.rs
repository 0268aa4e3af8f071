//! What a service may know of a person by `GET {host}/users/me` (onesid.md §8).

use super::data::SealedDatum;
use crate::failure::{Fault, Outcome};
use crate::oidc::bearer::Bearer;
use crate::provider::Provider;
use countersign_protocol::consent::ClaimName;
use countersign_protocol::user::UserAnswer;

/// The person behind an access token. Every member is there: published readers index them all. E-mail address and
/// telephone number are told if the person granted `contact`; every other personal value has its own consent
/// (`{iss}/consent`), so its place stays empty here.
///
/// # Errors
/// `insufficient_scope`: not a person's token.
pub async fn me(provider: &Provider, bearer: &Bearer) -> Outcome<UserAnswer> {
    let person = bearer.person()?;
    let user = &person.user;
    let username = user.username.to_string();
    let local = username
        .split_once('@')
        .map_or(username.as_str(), |(local, _)| local)
        .to_owned();
    let contact = if person.grant.scope.contains("contact") {
        let id = user.id;
        provider
            .store
            .read(move |tx| Ok(tx.user_data().of_user(id)?))
            .await?
    } else {
        Vec::new()
    };
    Ok(UserAnswer {
        created_at: user.created_at.rfc3339(),
        username_without_domain: local,
        username,
        email: value(provider, &contact, ClaimName::Email)?,
        phone_number: value(provider, &contact, ClaimName::PhoneNumber)?,
        ..UserAnswer::default()
    })
}

fn value(provider: &Provider, data: &[SealedDatum], name: ClaimName) -> Result<String, Fault> {
    let Some(datum) = data.iter().find(|datum| datum.name == name) else {
        return Ok(String::new());
    };
    Ok(datum.open(&provider.sealer)?.reveal().to_owned())
}
