//! `accounts` and `remove`: what is kept on this machine.

use serde::Serialize;

use super::World;
use super::args::{ReadArgs, RemoveArgs};
use super::credential::Held;
use crate::render::{describe_credential, neutralise};
use crate::{Account, Credential, Error};

/// An account for programs.
#[derive(Serialize)]
struct Kept<'a> {
    #[serde(flatten)]
    account: &'a Account,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    credentials: Vec<Held<'a>>,
}

pub(super) fn list(world: &World<'_>, args: &ReadArgs) -> Result<(), Error> {
    let accounts = world.store.accounts()?;
    let credentials = accounts.iter().map(|account| world.store.credentials(account));
    let credentials: Vec<Vec<Credential>> = credentials.collect::<Result<_, _>>()?;
    let kept = || accounts.iter().zip(&credentials);
    if args.json {
        let kept = kept().map(|(account, credentials)| Kept {
            account,
            credentials: credentials.iter().map(Held::from).collect(),
        });
        return world.output.json(&kept.collect::<Vec<_>>());
    }
    if accounts.is_empty() {
        return world.output.say("No account yet; join one with `enroll`.");
    }
    for (account, credentials) in kept() {
        world.output.say(&format!(
            "{}  at {}\n  Client id        {}\n  Phone            {}\n  Key fingerprint  {}",
            neutralise(&account.username),
            account.host,
            account.client_id,
            neutralise(&account.name),
            neutralise(&account.thumbprint),
        ))?;
        for credential in credentials {
            world
                .output
                .say(&format!("  Credential       {}", describe_credential(credential)))?;
        }
    }
    Ok(())
}

pub(super) fn remove(world: &World<'_>, args: &RemoveArgs) -> Result<(), Error> {
    let account = world.store.find(Some(&args.account))?;
    world.store.remove(&account)?;
    world.output.say(&format!(
        "Forgot {} ({}) and its key on this machine.\n\
         {} still trusts that key until an operator revokes authenticator {}.",
        neutralise(&account.username),
        account.client_id,
        account.host,
        account.id,
    ))
}
