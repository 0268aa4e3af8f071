//! `countersign report`: people said of a request that it was not theirs, which stopped its client for them.

use super::{CLI, moment};
use crate::cli::Operator;
use crate::failure::Failed;
use crate::output::{Cell, Table};
use countersign_core::user::stops::{self, Stop};
use serde::Serialize;

const EXAMPLES: &str = "\
Examples:
  countersign report list
  countersign report clear ada.lovelace@OnesID1 shop
      You looked into it: the client may ask this person again.";

/// Reports of people about requests that were not theirs.
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
    /// Show the reports that stand
    List,
    /// Let the client ask the person again
    Clear {
        /// Username or user id of the person
        #[arg(value_name = "NAME@ORG|ID")]
        user: String,
        /// The client_id
        client: String,
    },
}

/// Runs `countersign report`.
pub(crate) async fn run(args: Args) -> Result<(), Failed> {
    let opened = args.at.open().await?;
    if let Command::Clear { user, client } = &args.command {
        stops::clear(&opened.provider, user, client, CLI).await?;
    }
    let items: Vec<_> = stops::list(&opened.provider)
        .await?
        .iter()
        .map(Item::from)
        .collect();
    args.at.show(&items, || table(&items))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    user_id: String,
    username: String,
    client_id: String,
    at: String,
}

impl From<&Stop> for Item {
    fn from(stop: &Stop) -> Self {
        Self {
            user_id: stop.user.id.to_string(),
            username: stop.user.username.to_string(),
            client_id: stop.client_id.to_string(),
            at: moment(stop.at),
        }
    }
}

fn table(items: &[Item]) -> String {
    let mut table = Table::new(["USERNAME", "CLIENT", "AT"], "No report stands.");
    for item in items {
        table.row([
            Cell::from(&item.username),
            Cell::from(&item.client_id),
            Cell::from(&item.at),
        ]);
    }
    table.text()
}
