//! `countersign service`: services that people prove their identity to (X.1280).

mod add;
mod item;
mod rotate;

use super::CLI;
use crate::cli::Operator;
use crate::failure::Failed;
use add::New;
pub(in crate::command) use add::lifetime;
use countersign_core::x1280::service;
use item::{Item, table};
use rotate::Replace;

const EXAMPLES: &str = "\
Examples:
  countersign service add --name Shop --allowed-scope identity:basic --allowed-scope identity:age_over_18 \\
      --default-scope identity:age_over_18 --origin https://shop.example --audience shop
      Shows once what the service needs: its id, its own credential (serviceVds) and the key of its response hashes.
  countersign service add --name Till --allowed-scope identity:name --audience till --jwks till.jwks.json
      The service may also prove itself with serviceAssertion, signed by one of these keys.
  countersign service list
  countersign service rotate Shop --only credential --expires 1y
      A new credential; the one from before ends at once.
  countersign service disable Shop
      Nothing is begun or answered for it from now on.";

/// Services that people prove their identity to, after the service proved itself (X.1280).
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
    Add(Box<New>),
    /// Show all services
    List,
    /// Show one service
    Show {
        /// Its id, or its name
        #[arg(value_name = "ID|NAME")]
        service: String,
    },
    /// Replace its credential and its response key; those from before end at once
    Rotate(Replace),
    /// Stop a service: nothing is begun or answered for it
    Disable {
        /// Its id, or its name
        #[arg(value_name = "ID|NAME")]
        service: String,
    },
    /// Let a disabled service work again
    Enable {
        /// Its id, or its name
        #[arg(value_name = "ID|NAME")]
        service: String,
    },
}

/// Runs `countersign service`.
pub(crate) async fn run(args: Args) -> Result<(), Failed> {
    // What is read from files is wrong before anything is opened.
    if let Command::Add(new) = args.command {
        let new = new.read()?;
        let opened = args.at.open().await?;
        let added = service::add(&opened.provider, new, CLI).await?;
        let handed = item::HandedOver::added(&added);
        return args.at.show(&handed, || handed.describe());
    }
    let opened = args.at.open().await?;
    let provider = &opened.provider;
    let service = match args.command {
        Command::List | Command::Add(_) => {
            let items: Vec<_> = service::list(provider).await?.iter().map(Item::from).collect();
            return args.at.show(&items, || table(&items));
        }
        Command::Rotate(replace) => {
            let rotated = replace.run(provider).await?;
            let handed = item::HandedOver::rotated(&rotated);
            return args.at.show(&handed, || handed.describe());
        }
        Command::Show { service } => service::find(provider, &service).await?,
        Command::Disable { service } => service::disable(provider, &service, CLI).await?,
        Command::Enable { service } => service::enable(provider, &service, CLI).await?,
    };
    let item = Item::from(&service);
    args.at.show(&item, || item.describe())
}
