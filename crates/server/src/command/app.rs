//! `countersign app`: applications that people sign in to.

use super::{CLI, moment};
use crate::cli::Operator;
use crate::failure::Failed;
use crate::output::{BAD, Cell, GOOD, Table, plain};
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use countersign_core::application::add::NewApplication;
use countersign_core::application::{Application, ApplicationType, add, disable, list};
use countersign_protocol::approval::VerificationMode;
use serde::Serialize;

const EXAMPLES: &str = "\
Examples:
  countersign app add 'Wiki' --type server_oauth2 --hostname wiki.example.org --client 0e8f4c1e-3f8a-4d6c-9d59-6f0a5f0f6b7a
      Tokens for https://wiki.example.org are for that client from now on.
  countersign app list
  countersign app disable wiki.example.org";

/// Applications that people sign in to.
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
    /// Add an application
    Add(Box<New>),
    /// Show all applications
    List,
    /// Show one application
    Show {
        /// Id, client identifier or host name
        application: String,
    },
    /// Take an application off the list; no token is issued for it
    Disable {
        /// Id, client identifier or host name
        application: String,
    },
    /// Put a disabled application back
    Enable {
        /// Id, client identifier or host name
        application: String,
    },
}

#[derive(Debug, clap::Args)]
struct New {
    /// Its name, shown to people
    name: String,
    /// Its type
    #[arg(long = "type", value_name = "TYPE", default_value = "server", value_parser = type_parser())]
    kind: ApplicationType,
    /// Its host name, perhaps with a port; with https:// before it, its resource
    #[arg(long, value_name = "NAME")]
    hostname: Option<String>,
    /// A stable name that clients look it up by
    #[arg(long, value_name = "NAME")]
    identifier: Option<String>,
    /// A sentence about it
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// The client that holds its key: the audience of its tokens
    #[arg(long, value_name = "CLIENT_ID")]
    client: Option<String>,
    /// How strongly decisions are tied to its screen [default: as its client registered]
    #[arg(long, value_name = "MODE", value_parser = mode_parser())]
    verification: Option<VerificationMode>,
    /// Leave it out of pickers
    #[arg(long)]
    hidden: bool,
    /// It depends on another application
    #[arg(long)]
    dependent: bool,
}

fn type_parser() -> impl clap::builder::TypedValueParser<Value = ApplicationType> {
    PossibleValuesParser::new(ApplicationType::ALL.map(ApplicationType::as_str))
        .try_map(|word| ApplicationType::parse(&word).ok_or("no such type"))
}

fn mode_parser() -> impl clap::builder::TypedValueParser<Value = VerificationMode> {
    PossibleValuesParser::new(["none", "compare", "choose", "transfer"])
        .try_map(|word| serde_json::from_value::<VerificationMode>(word.into()))
}

/// Runs `countersign app`.
pub(crate) async fn run(args: Args) -> Result<(), Failed> {
    let opened = args.at.open().await?;
    let provider = &opened.provider;
    let application = match args.command {
        Command::List => {
            let items: Vec<_> = list::list(provider).await?.iter().map(Item::from).collect();
            return args.at.show(&items, || table(&items));
        }
        Command::Add(new) => add::add(provider, (*new).into(), CLI).await?,
        Command::Show { application } => list::show(provider, &application).await?,
        Command::Disable { application } => disable::disable(provider, &application, CLI).await?,
        Command::Enable { application } => disable::enable(provider, &application, CLI).await?,
    };
    let item = Item::from(&application);
    args.at.show(&item, || item.describe())
}

impl From<New> for NewApplication {
    fn from(new: New) -> Self {
        Self {
            name: new.name,
            kind: new.kind,
            hostname: new.hostname,
            client_identifier: new.identifier,
            description: new.description,
            client_id: new.client,
            verification_mode: new.verification,
            is_hidden: new.hidden,
            is_dependent: new.dependent,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hostname: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_identifier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verification_mode: Option<VerificationMode>,
    is_hidden: bool,
    is_dependent: bool,
    status: &'static str,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_at: Option<String>,
}

impl From<&Application> for Item {
    fn from(application: &Application) -> Self {
        Self {
            id: application.id.to_string(),
            kind: application.kind.as_str(),
            name: application.name.clone(),
            hostname: application.hostname.clone(),
            client_identifier: application.client_identifier.clone(),
            description: application.description.clone(),
            client_id: application.client_id.as_ref().map(ToString::to_string),
            verification_mode: application.verification_mode,
            is_hidden: application.is_hidden,
            is_dependent: application.is_dependent,
            status: if application.disabled_at.is_some() {
                "disabled"
            } else {
                "enabled"
            },
            created_at: moment(application.created_at),
            disabled_at: application.disabled_at.map(moment),
        }
    }
}

impl Item {
    fn style(&self) -> anstyle::Style {
        if self.disabled_at.is_some() { BAD } else { GOOD }
    }

    fn describe(&self) -> String {
        let style = self.style();
        let or_dash = |text: &Option<String>| text.as_deref().map_or_else(|| "-".to_owned(), plain);
        format!(
            "{style}{}{style:#}  {}\ntype         {}\nhost name    {}\nidentifier   {}\ndescription  {}\nclient id    {}\n\
             id           {}\ncreated      {}",
            self.status,
            plain(&self.name),
            self.kind,
            or_dash(&self.hostname),
            or_dash(&self.client_identifier),
            or_dash(&self.description),
            or_dash(&self.client_id),
            self.id,
            self.created_at,
        )
    }
}

fn table(items: &[Item]) -> String {
    let mut table = Table::new(
        ["NAME", "STATUS", "TYPE", "HOST NAME", "CLIENT", "ID"],
        "There are no applications yet.",
    );
    for item in items {
        table.row([
            Cell::from(&item.name),
            Cell::styled(item.status, item.style()),
            Cell::from(item.kind),
            Cell::from(item.hostname.as_deref().unwrap_or("-")),
            Cell::from(item.client_id.as_deref().unwrap_or("-")),
            Cell::from(&item.id),
        ]);
    }
    table.text()
}
