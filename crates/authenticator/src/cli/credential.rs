//! `enroll --credential`: a phone takes on a credential.

use serde::Serialize;

use super::World;
use super::args::EnrollArgs;
use super::enroll::{phone, warn_of_plain_http};
use super::source;
use crate::render::{describe_credential, neutralise};
use crate::{Account, Authenticator, Credential, Error, Host};

pub(super) async fn enroll(world: &World<'_>, args: &EnrollArgs, text: &str) -> Result<(), Error> {
    let text = source::read(text, "a credential", |text| Credential::read(text).is_ok())?;
    let credential = Credential::read(&text)?;
    let server = server(args, &credential)?;
    warn_of_plain_http(world, args)?;
    if !args.json {
        world.output.say(&format!(
            "Credential {}.\nSaid to be issued by {}; {server} verifies it.",
            describe_credential(&credential),
            neutralise(credential.issuer().unwrap_or("nobody")),
        ))?;
    }
    let enrolled = match account(world, args, &server)? {
        Some(account) => {
            let phone = world.phone(account)?;
            phone.add_credential(&world.store, credential.clone()).await?
        }
        None => {
            let (store, ports) = (&world.store, world.ports.clone());
            Authenticator::enrol_with_credential(store, &server, credential.clone(), &phone(args), ports)
                .await?
        }
    };
    tell(world, args, enrolled.account(), &credential)
}

fn server(args: &EnrollArgs, credential: &Credential) -> Result<Host, Error> {
    match &args.server {
        None => credential.provider(),
        Some(server) if args.danger_plain_http => Host::parse_danger_plain_http(server),
        Some(server) => Host::parse(server),
    }
}

/// The account whose key takes the credential on: the one that is named, else the only one at this provider.
fn account(world: &World<'_>, args: &EnrollArgs, server: &Host) -> Result<Option<Account>, Error> {
    if args.new {
        return Ok(None);
    }
    let is_there =
        |account: &Account| account.host.same_origin(server) || account.address().same_origin(server);
    if let Some(name) = &world.account {
        let account = world.store.find(Some(name))?;
        return if is_there(&account) {
            Ok(Some(account))
        } else {
            Err(Error::usage(format!(
                "the account {name} is not at {server}; leave --account out"
            )))
        };
    }
    let mut accounts = world.store.accounts()?.into_iter().filter(is_there);
    match (accounts.next(), accounts.next()) {
        (account, None) => Ok(account),
        _ => Err(Error::usage(format!(
            "there are several accounts at {server}; say with --account whose credential it is, or --new"
        ))),
    }
}

/// What a program is told: the account, and what it can be asked for by.
#[derive(Serialize)]
struct Enrolled<'a> {
    #[serde(flatten)]
    account: &'a Account,
    credential: Held<'a>,
}

#[derive(Serialize)]
pub(super) struct Held<'a> {
    token_id: &'a str,
    expires_at: Option<i64>,
}

impl<'a> From<&'a Credential> for Held<'a> {
    fn from(credential: &'a Credential) -> Self {
        Self {
            token_id: credential.token_id(),
            expires_at: credential.expires_at(),
        }
    }
}

fn tell(
    world: &World<'_>,
    args: &EnrollArgs,
    account: &Account,
    credential: &Credential,
) -> Result<(), Error> {
    if args.json {
        return world.output.json(&Enrolled {
            account,
            credential: credential.into(),
        });
    }
    world.output.say(&format!(
        "Enrolled on \"{}\" for {} at {}.\nToken id:        {}\nKey fingerprint: {}\n\
         Services ask for you by the token id; `watch` shows each one, and a code to compare.",
        neutralise(&account.name),
        neutralise(&account.username),
        account.host,
        neutralise(credential.token_id()),
        neutralise(&account.thumbprint),
    ))
}
