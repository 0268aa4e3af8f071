//! `accounts` and `remove`: what is kept on this machine.

use super::World;
use super::args::{ReadArgs, RemoveArgs};
use crate::Error;
use crate::render::neutralise;

pub(super) fn list(world: &World<'_>, args: &ReadArgs) -> Result<(), Error> {
    let accounts = world.store.accounts()?;
    if args.json {
        return world.output.json(&accounts);
    }
    if accounts.is_empty() {
        return world.output.say("No account yet; join one with `enroll`.");
    }
    for account in &accounts {
        world.output.say(&format!(
            "{}  at {}\n  Client id        {}\n  Phone            {}\n  Key fingerprint  {}",
            neutralise(&account.username),
            account.host,
            account.client_id,
            neutralise(&account.name),
            neutralise(&account.thumbprint),
        ))?;
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
