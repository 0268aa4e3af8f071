//! `list`, `history`, `login-hint-token`: what is only read.

use super::World;
use super::args::ReadArgs;
use crate::Error;
use crate::render::history_line;

pub(super) async fn list(world: &World<'_>, args: &ReadArgs) -> Result<(), Error> {
    let phone = world.authenticator()?;
    let pending = phone.approvals().await?;
    if args.json {
        return world.output.json(&pending);
    }
    if pending.is_empty() {
        return world.output.say("Nothing is waiting.");
    }
    for item in &pending {
        world.output.say(&world.describe(&phone, item))?;
    }
    Ok(())
}

pub(super) async fn history(world: &World<'_>, args: &ReadArgs) -> Result<(), Error> {
    let past = world.authenticator()?.history().await?;
    if args.json {
        return world.output.json(&past);
    }
    if past.is_empty() {
        return world.output.say("No past requests.");
    }
    for item in &past {
        world.output.say(&history_line(item))?;
    }
    Ok(())
}

pub(super) async fn login_hint_token(world: &World<'_>, args: &ReadArgs) -> Result<(), Error> {
    let token = world.authenticator()?.login_hint_token().await?;
    if args.json {
        return world.output.json(&token);
    }
    // Whole or not at all: a token that was made safe for the terminal would no longer be the token.
    if !token.value.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Error::usage(
            "the token has characters that cannot be printed; take it with --json",
        ));
    }
    world.output.say(&token.value)?;
    world.output.note(&format!(
        "Give it to one service within {} s; it works once.",
        token.expires_in
    ))
}
