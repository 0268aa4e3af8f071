//! `consents`: what the person gave away, and taking it back.

use super::World;
use super::args::{ConsentsArgs, ConsentsCommand};
use crate::Error;
use crate::render::{describe_consent, neutralise};

pub(super) async fn run(world: &World<'_>, args: &ConsentsArgs) -> Result<(), Error> {
    match &args.command {
        None => list(world, args.json).await,
        Some(ConsentsCommand::Revoke { id }) => revoke(world, id).await,
    }
}

async fn list(world: &World<'_>, json: bool) -> Result<(), Error> {
    let consents = world.authenticator()?.consents().await?;
    if json {
        return world.output.json(&consents);
    }
    if consents.is_empty() {
        return world.output.say("You gave nothing away.");
    }
    for consent in &consents {
        world.output.say(&describe_consent(consent))?;
    }
    Ok(())
}

async fn revoke(world: &World<'_>, id: &str) -> Result<(), Error> {
    let phone = world.authenticator()?;
    let consent = phone.consent(id).await?;
    phone.revoke_consent(consent.id).await?;
    world.output.say(&format!(
        "Taken back from {}. What it received before, it has: ask it to delete that.",
        neutralise(&consent.application.name)
    ))
}
