//! `enroll`: a phone joins with an invitation.

use std::io::Read as _;

use zeroize::Zeroizing;

use super::World;
use super::args::EnrollArgs;
use crate::render::neutralise;
use crate::{Authenticator, Error, Host, Invitation, NewPhone};

/// An invitation is a few hundred characters; more is not read.
const MAX_INPUT: u64 = 8 * 1024;

pub(super) async fn run(world: &World<'_>, args: &EnrollArgs) -> Result<(), Error> {
    let text = invitation_text(args.invitation.as_deref().unwrap_or_default())?;
    let invitation = if args.danger_plain_http {
        let server = args
            .server
            .as_deref()
            .map(Host::parse_danger_plain_http)
            .transpose()?;
        Invitation::parse_danger_plain_http(&text, server.as_ref())?
    } else {
        let server = args.server.as_deref().map(Host::parse).transpose()?;
        Invitation::parse(&text, server.as_ref())?
    };
    warn_of_plain_http(world, args)?;
    let phone = phone(args);
    let enrolled = Authenticator::enrol_into(
        &world.store,
        &invitation,
        &phone,
        args.key_type,
        world.ports.clone(),
    )
    .await?;
    let account = enrolled.account();
    if args.json {
        return world.output.json(account);
    }
    world.output.say(&format!(
        "Enrolled \"{}\" for {} at {}.\nClient id:       {}\nKey fingerprint: {}\n\
         Compare the fingerprint with the operator's screen. If it differs, have this phone revoked there.",
        neutralise(&account.name),
        neutralise(&account.username),
        account.host,
        account.client_id,
        account.thumbprint,
    ))
}

pub(super) fn warn_of_plain_http(world: &World<'_>, args: &EnrollArgs) -> Result<(), Error> {
    if args.danger_plain_http {
        world.output.shout(
            "WARNING: plain http is allowed for this account; everybody on the way can read its tokens.",
        )?;
    }
    Ok(())
}

/// The phone, by the name that its person gives it.
pub(super) fn phone(args: &EnrollArgs) -> NewPhone {
    let mut phone = NewPhone::default();
    if let Some(name) = &args.name {
        phone.name.clone_from(name);
    }
    phone
}

/// From the command line or, because other users can see command lines, from standard input.
fn invitation_text(argument: &str) -> Result<Zeroizing<String>, Error> {
    let mut text = Zeroizing::new(argument.to_owned());
    if argument == "-" {
        text.clear();
        std::io::stdin().take(MAX_INPUT).read_to_string(&mut text)?;
    }
    Ok(text)
}
