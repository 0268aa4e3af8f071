//! `approve` and `deny`: one answer to one request.

use countersign_protocol::approval::{ApprovalItem, DecisionAnswer};

use super::World;
use super::args::{ApproveArgs, DenyArgs};
use crate::render::{headline, status};
use crate::{Answer, Error};

pub(super) async fn approve(world: &World<'_>, args: &ApproveArgs) -> Result<(), Error> {
    let answer = Answer {
        code: args.code.clone(),
        granted: args.grant.clone(),
        ..Answer::approve()
    };
    run(world, &args.id, &answer).await
}

pub(super) async fn deny(world: &World<'_>, args: &DenyArgs) -> Result<(), Error> {
    let answer = if args.not_me {
        Answer::deny_not_me()
    } else {
        Answer::deny()
    };
    run(world, &args.id, &answer).await
}

async fn run(world: &World<'_>, id: &str, answer: &Answer) -> Result<(), Error> {
    let phone = world.authenticator()?;
    let item = phone.approval(id).await?;
    world.output.say(&world.describe(&phone, &item))?;
    let decided = phone.decide(&item, answer).await?;
    world.output.say(&outcome(&item, &decided))
}

/// What came of a decision.
pub(super) fn outcome(item: &ApprovalItem, decided: &DecisionAnswer) -> String {
    format!("{}: {}.", headline(item), status(decided.status))
}
