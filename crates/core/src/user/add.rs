//! Adding organisations and people, by the host's own command line.

use super::{IdpRole, Organisation, User};
use crate::audit::AuditEvent;
use crate::audit::chain;
use crate::failure::{Outcome, Refusal};
use crate::id::{OrganisationId, UserId};
use crate::provider::Provider;
use crate::text::{Username, fold, is_showable};

/// The longest name of an organisation, in bytes (RFC 1035 §2.3.4).
const NAME_MAX: usize = 253;

/// Creates an organisation with its domain and the other names that its usernames may end in.
///
/// # Errors
/// `invalid_request`: a name cannot stand after the `@` of a username; `conflict`: a name is taken.
pub async fn create_organisation(
    provider: &Provider,
    domain: &str,
    aliases: &[String],
) -> Outcome<Organisation> {
    let now = provider.clock.now();
    refuse_illegal_names(domain, aliases)?;
    let organisation = Organisation {
        id: OrganisationId::new(provider.entropy.as_ref()),
        domain: fold(domain),
        aliases: aliases.to_vec(),
        created_at: now,
    };
    let event = AuditEvent::new(
        now,
        "cli",
        "organisation.create",
        format!("organisation:{}", organisation.id),
    )
    .with("domain", &organisation.domain)
    .with("aliases", &organisation.aliases);
    let audit = provider.audit_key();
    provider
        .store
        .write(move |tx| {
            for name in std::iter::once(&organisation.domain).chain(&organisation.aliases) {
                if tx.organisations().by_name(&fold(name))?.is_some() {
                    return Err(
                        Refusal::conflict(format!("an organisation answers to {name} already")).into(),
                    );
                }
            }
            tx.organisations_mut().insert(&organisation)?;
            chain::record(tx, &audit, event)?;
            Ok(organisation)
        })
        .await
}

/// Adds a person. The username is kept as it is written and compared without regard to case (decisions.md).
///
/// # Errors
/// `invalid_request`: the username or the name cannot be one, or the organisation is not known; `conflict`: the
/// username is taken, perhaps under another name of the organisation.
pub async fn add(provider: &Provider, username: &str, role: IdpRole, name: Option<String>) -> Outcome<User> {
    let now = provider.clock.now();
    let username = Username::parse(username).ok_or_else(|| {
        Refusal::invalid_request(
            "a username is local@organisation without spaces, for example user.name@OnesID1",
        )
    })?;
    if name
        .as_deref()
        .is_some_and(|name| name.trim().is_empty() || name.chars().count() > 100 || !is_showable(name))
    {
        let wrong = "name must be 1 to 100 characters without control or invisible ones";
        return Err(Refusal::invalid_request(wrong).into());
    }
    let id = UserId::new(provider.entropy.as_ref());
    let event = AuditEvent::new(now, "cli", "user.add", format!("user:{id}"))
        .with("username", username.as_str())
        .with("role", role.as_str());
    let audit = provider.audit_key();
    provider
        .store
        .write(move |tx| {
            let organisation = tx
                .organisations()
                .by_name(&username.organisation_key())?
                .ok_or_else(|| {
                    Refusal::invalid_request(
                        "no organisation here answers to the part after the @ of this username",
                    )
                })?;
            if tx.users().by_username(&username)?.is_some() {
                return Err(Refusal::conflict("a person with this username exists already").into());
            }
            let organisation_id = organisation.id;
            let user = User {
                id,
                organisation_id,
                username,
                role,
                name,
                created_at: now,
                disabled_at: None,
            };
            tx.users_mut().insert(&user)?;
            chain::record(tx, &audit, event)?;
            Ok(user)
        })
        .await
}

/// The names must be such that a username can end in them, or nobody could ever be added.
fn refuse_illegal_names(domain: &str, aliases: &[String]) -> Result<(), Refusal> {
    let legal = |name: &str| {
        name.len() <= NAME_MAX
            && is_showable(name)
            && !name.contains('/')
            && Username::parse(&format!("x@{name}")).is_some()
    };
    if !legal(domain) || !aliases.iter().all(|alias| legal(alias)) {
        return Err(Refusal::invalid_request(
            "a domain or alias is what stands after the @ of a username: no spaces, no @, no slash",
        ));
    }
    let mut names: Vec<_> = aliases
        .iter()
        .map(|alias| fold(alias))
        .chain([fold(domain)])
        .collect();
    names.sort_unstable();
    if names.windows(2).any(|pair| pair.first() == pair.last()) {
        return Err(Refusal::invalid_request(
            "the domain and the aliases must differ by more than case",
        ));
    }
    Ok(())
}
