//! `countersign client`: services that sign people in.

use super::{CLI, moment};
use crate::cli::Operator;
use crate::failure::Failed;
use crate::output::{BAD, Cell, GOOD, Table};
use countersign_core::client::{Client, ClientKind, add, disable};
use countersign_protocol::client::ClientMetadata;
use serde::Serialize;
use std::io::Read as _;
use std::path::Path;

const EXAMPLES: &str = "\
Examples:
  countersign client add --metadata service.json
      The file is RFC 7591 client metadata:
      {\"client_id\": \"shop\", \"client_name\": \"Shop\", \"profile\": \"standard\", \"jwks\": {\"keys\": [{…}]}}
  countersign client show shop --json
  countersign client disable shop";

/// Services that sign people in.
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
    /// Register a service
    Add {
        /// RFC 7591 client metadata in JSON, with client_id and profile; - reads standard input
        #[arg(long, value_name = "FILE")]
        metadata: std::path::PathBuf,
    },
    /// Show all clients: services, machines and phones
    List,
    /// Show one client
    Show {
        /// Its client_id
        #[arg(allow_hyphen_values = true)]
        id: String,
    },
    /// Stop a service: nothing is issued to it, and the tokens that it holds for people end
    Disable {
        /// Its client_id
        #[arg(allow_hyphen_values = true)]
        id: String,
    },
    /// Let a disabled service work again
    Enable {
        /// Its client_id
        #[arg(allow_hyphen_values = true)]
        id: String,
    },
}

/// Runs `countersign client`.
pub(crate) async fn run(args: Args) -> Result<(), Failed> {
    let opened = args.at.open().await?;
    let provider = &opened.provider;
    let id = match args.command {
        Command::List => {
            let clients = add::list(provider).await?;
            let items: Vec<_> = clients.iter().map(Item::from).collect();
            return args.at.show(&items, || table(&items));
        }
        Command::Add { metadata } => add::add(provider, read(&metadata)?, CLI).await?.id.to_string(),
        Command::Show { id } => id,
        Command::Disable { id } => {
            disable::disable(provider, &id, CLI).await?;
            id
        }
        Command::Enable { id } => {
            disable::enable(provider, &id, CLI).await?;
            id
        }
    };
    let client = add::show(provider, &id).await?;
    let item = Item::from(&client);
    args.at.show(&item, || item.describe())
}

fn read(file: &Path) -> Result<ClientMetadata, Failed> {
    let shown = file.display();
    let text = if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(file)
    };
    let text = text.map_err(|error| {
        Failed::new(format!(
            "{shown}: the metadata cannot be read ({error}); check the path and its permissions"
        ))
    })?;
    serde_json::from_str(&text).map_err(|error| {
        Failed::new(format!(
            "{shown}: this is no client metadata ({error}); see `countersign client --help`"
        ))
    })
}

/// RFC 7591 §3.2.1: the metadata as it is in force, and what we know beside it.
#[derive(Serialize)]
struct Item<'c> {
    #[serde(flatten)]
    metadata: &'c ClientMetadata,
    /// RFC 7591 §3.2.1, seconds since 1970.
    client_id_issued_at: i64,
    kind: &'static str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_at: Option<String>,
    #[serde(skip)]
    client: &'c Client,
}

impl<'c> From<&'c Client> for Item<'c> {
    fn from(client: &'c Client) -> Self {
        Self {
            metadata: client.registration.metadata(),
            client_id_issued_at: client.created_at.unix(),
            kind: match client.kind {
                ClientKind::Device(_) => "device",
                ClientKind::Authenticator { .. } => "authenticator",
                ClientKind::Service => "service",
            },
            status: if client.disabled_at.is_some() {
                "disabled"
            } else {
                "enabled"
            },
            disabled_at: client.disabled_at.map(moment),
            client,
        }
    }
}

impl Item<'_> {
    fn style(&self) -> anstyle::Style {
        if self.disabled_at.is_some() { BAD } else { GOOD }
    }

    fn describe(&self) -> String {
        let style = self.style();
        format!(
            "{style}{}{style:#}\n{}",
            self.status,
            serde_json::to_string_pretty(self.metadata).unwrap_or_default()
        )
    }
}

fn table(items: &[Item<'_>]) -> String {
    let mut table = Table::new(
        ["CLIENT ID", "STATUS", "KIND", "PROFILE", "NAME", "CREATED"],
        "There are no clients yet.",
    );
    for item in items {
        table.row([
            Cell::from(item.client.id.as_str()),
            Cell::styled(item.status, item.style()),
            Cell::from(item.kind),
            Cell::from(item.client.registration.profile.as_str()),
            Cell::from(&item.client.registration.name),
            Cell::from(moment(item.client.created_at)),
        ]);
    }
    table.text()
}
