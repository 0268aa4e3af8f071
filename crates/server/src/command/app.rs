//! `countersign app`: applications that people sign in to.

use super::{CLI, moment};
use crate::cli::Operator;
use crate::failure::Failed;
use crate::output::{BAD, Cell, GOOD, Table, plain};
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use countersign_core::application::add::NewApplication;
use countersign_core::application::{Application, ApplicationType, add, change, disable, list, remove};
use countersign_protocol::approval::VerificationMode;
use serde::Serialize;
use serde_json::{Map, Value, json};

const EXAMPLES: &str = "\
Examples:
  countersign app add 'Wiki' --type server_oauth2 --hostname wiki.example.org --client 0e8f4c1e-3f8a-4d6c-9d59-6f0a5f0f6b7a
      Tokens for https://wiki.example.org are for that client from now on.
  countersign app list
  countersign app set wiki.example.org --hostname handbook.example.org --verification-mode compare
      Change what is named; the rest stays. An empty text takes a member away.
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
    /// Change an application
    Set {
        /// Id, client identifier or host name
        application: String,
        #[command(flatten)]
        changes: Box<Changes>,
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
    /// Remove an application for good; its host name is free for another one
    Remove {
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
    #[arg(long = "verification-mode", visible_alias = "verification", value_name = "MODE", value_parser = mode_parser())]
    verification: Option<VerificationMode>,
    /// Leave it out of pickers
    #[arg(long)]
    hidden: bool,
    /// It depends on another application
    #[arg(long)]
    dependent: bool,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = true)]
struct Changes {
    /// Its name, shown to people
    #[arg(long)]
    name: Option<String>,
    /// Its type
    #[arg(long = "type", value_name = "TYPE", value_parser = type_parser())]
    kind: Option<ApplicationType>,
    /// Its host name, perhaps with a port; empty takes it away
    #[arg(long, value_name = "NAME")]
    hostname: Option<String>,
    /// A stable name that clients look it up by; empty takes it away
    #[arg(long, value_name = "NAME")]
    identifier: Option<String>,
    /// A sentence about it; empty takes it away
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// The client that holds its key; empty takes it away
    #[arg(long, value_name = "CLIENT_ID")]
    client: Option<String>,
    /// How strongly decisions are tied to its screen; `default` leaves it to its client
    #[arg(long, value_name = "MODE", value_parser = ["none", "compare", "choose", "transfer", "default"])]
    verification_mode: Option<String>,
    /// Leave it out of pickers
    #[arg(long, value_name = "BOOL")]
    hidden: Option<bool>,
    /// It depends on another application
    #[arg(long, value_name = "BOOL")]
    dependent: Option<bool>,
}

impl Changes {
    /// The merge patch (RFC 7396) that says the same.
    fn patch(&self) -> Map<String, Value> {
        let text = |text: &Option<String>| {
            let text = text.as_deref();
            text.map(|text| if text.is_empty() { Value::Null } else { json!(text) })
        };
        let mode = self.verification_mode.as_deref();
        let metadata = members([
            ("hostname", text(&self.hostname)),
            ("clientIdentifier", text(&self.identifier)),
            ("description", text(&self.description)),
            (
                "verificationMode",
                mode.map(|mode| {
                    if mode == "default" {
                        Value::Null
                    } else {
                        json!(mode)
                    }
                }),
            ),
            ("isHidden", self.hidden.map(Value::Bool)),
            ("isDependent", self.dependent.map(Value::Bool)),
        ]);
        let device = text(&self.client).map(|client| match client {
            Value::Null => Value::Null,
            client => json!({ "clientId": client }),
        });
        members([
            ("name", self.name.as_ref().map(|name| json!(name))),
            ("type", self.kind.map(|kind| json!(kind.as_str()))),
            ("metadata", (!metadata.is_empty()).then(|| metadata.into())),
            ("device", device),
        ])
    }
}

fn members<const N: usize>(named: [(&str, Option<Value>); N]) -> Map<String, Value> {
    let given = named
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    given.collect()
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
        Command::Set { application, changes } => {
            change::change(provider, &application, changes.patch(), CLI).await?
        }
        Command::Remove { application } => {
            let last = list::show(provider, &application).await?;
            remove::remove(provider, &application, CLI).await?;
            let item = Item {
                status: "removed",
                ..Item::from(&last)
            };
            return args.at.show(&item, || item.describe());
        }
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
            device_id: None,
            verification_mode: new.verification,
            is_hidden: new.hidden,
            is_dependent: new.dependent,
            is_enabled: true,
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
        if self.status == "enabled" { GOOD } else { BAD }
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
