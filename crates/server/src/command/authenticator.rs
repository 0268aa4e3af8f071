//! `countersign authenticator`: people's phones.

mod delivery;

use super::{CLI, moment};
use crate::cli::Operator;
use crate::failure::Failed;
use crate::output::{BAD, Cell, GOOD, Table};
use countersign_core::Provider;
use countersign_core::authenticator::{Authenticator, revoke};
use countersign_core::id::AuthenticatorId;
use countersign_core::user::{User, find};
use delivery::show;
use serde::Serialize;

const EXAMPLES: &str = "\
Examples:
  countersign authenticator list --user ada.lovelace@OnesID1
  countersign authenticator show 0e8f4c1e-3f8a-4d6c-9d59-6f0a5f0f6b7a
      Also whether push messages reach it.
  countersign authenticator revoke 0e8f4c1e-3f8a-4d6c-9d59-6f0a5f0f6b7a
      The phone was lost: it decides nothing from now on.
To add a phone, invite its person: countersign user invite.";

/// People's phones.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    at: Operator,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Show phones, oldest first
    List {
        /// Only those of this person
        #[arg(long, value_name = "NAME@ORG|ID")]
        user: Option<String>,
    },
    /// Show a phone, and how push messages reach it
    Show {
        /// The phone's id
        id: AuthenticatorId,
    },
    /// Stop a phone for good
    Revoke {
        /// The phone's id
        id: AuthenticatorId,
    },
}

/// Runs `countersign authenticator`.
pub(crate) async fn run(args: Args) -> Result<(), Failed> {
    let opened = args.at.open().await?;
    let provider = &opened.provider;
    match args.command {
        Command::List { user } => {
            let items = list(provider, user.as_deref()).await?;
            args.at.show(&items, || table(&items))
        }
        Command::Show { id } => {
            let item = show(provider, id).await?;
            args.at.show(&item, || item.text())
        }
        Command::Revoke { id } => {
            let phone = revoke::revoke(provider, id, CLI).await?;
            let user = find::find(provider, &phone.user_id.to_string()).await?;
            let item = AuthenticatorItem::new(&phone, &user);
            args.at
                .show(&item, || format!("Revoked {} of {}.", item.name, item.username))
        }
    }
}

async fn list(provider: &Provider, user: Option<&str>) -> Result<Vec<AuthenticatorItem>, Failed> {
    let people = match user {
        Some(user) => vec![find::find(provider, user).await?],
        None => find::list(provider).await?,
    };
    let only = user.and(people.first()).map(|user| user.id);
    let phones = revoke::list(provider, only).await?;
    let item = |phone: &Authenticator| {
        let owner = people.iter().find(|user| user.id == phone.user_id)?;
        Some(AuthenticatorItem::new(phone, owner))
    };
    Ok(phones.iter().filter_map(item).collect())
}

/// A phone as an operator sees it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuthenticatorItem {
    id: String,
    client_id: String,
    user_id: String,
    username: String,
    name: String,
    platform: String,
    thumbprint: String,
    status: &'static str,
    enrolled_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<String>,
}

impl AuthenticatorItem {
    /// A phone and its person.
    pub(crate) fn new(phone: &Authenticator, user: &User) -> Self {
        Self {
            id: phone.id.to_string(),
            client_id: phone.client_id.to_string(),
            user_id: user.id.to_string(),
            username: user.username.to_string(),
            name: crate::output::plain(&phone.name),
            platform: phone.platform.clone(),
            thumbprint: phone.thumbprint.clone(),
            status: if phone.revoked_at.is_some() {
                "revoked"
            } else {
                "enrolled"
            },
            enrolled_at: moment(phone.enrolled_at),
            revoked_at: phone.revoked_at.map(moment),
        }
    }
}

/// Phones for people.
pub(crate) fn table(items: &[AuthenticatorItem]) -> String {
    let mut table = Table::new(
        [
            "ID",
            "STATUS",
            "USERNAME",
            "NAME",
            "PLATFORM",
            "FINGERPRINT",
            "ENROLLED",
        ],
        "There are no phones yet; invite one with `countersign user invite`.",
    );
    for item in items {
        table.row([
            Cell::from(&item.id),
            Cell::styled(item.status, if item.revoked_at.is_some() { BAD } else { GOOD }),
            Cell::from(&item.username),
            Cell::from(&item.name),
            Cell::from(&item.platform),
            Cell::from(&item.thumbprint),
            Cell::from(&item.enrolled_at),
        ]);
    }
    table.text()
}
