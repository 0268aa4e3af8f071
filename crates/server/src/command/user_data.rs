//! `countersign user data`: what is known of a person, and can be given away with their consent.

use super::CLI;
use crate::cli::Operator;
use crate::failure::Failed;
use crate::output::{Cell, Table, note};
use countersign_core::Provider;
use countersign_core::user::data::{self, Value};
use countersign_protocol::consent::ClaimName;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::Read as _;
use zeroize::Zeroizing;

const EXAMPLES: &str = "\
Examples:
  countersign user data set ada.lovelace@OnesID1 email=ada@example.org dateOfBirth=1815-12-10
  countersign user data set ada.lovelace@OnesID1 -
      Reads lines of name=value from standard input: they are in no process list and no shell history then.
  countersign user data remove ada.lovelace@OnesID1 dateOfBirth
Names: firstName lastName localizedFirstName localizedLastName identityDocumentNumber identityDocumentIssueDate
  identityDocumentExpiryDate dateOfBirth email phoneNumber localizedFullName fullName. Dates are YYYY-MM-DD.";

/// Personal data of a person.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct DataArgs {
    #[command(subcommand)]
    command: Command,
}

// No derived Debug: the arguments are personal data.
#[derive(clap::Subcommand)]
enum Command {
    /// Write values, in place of those before
    Set {
        /// Username or user id
        #[arg(value_name = "NAME@ORG|ID")]
        user: String,
        /// Values as name=value, or - for such lines on standard input
        #[arg(value_name = "NAME=VALUE", required = true)]
        values: Vec<String>,
    },
    /// Show every value of a person; that somebody looked is in the audit log
    Show {
        /// Username or user id
        #[arg(value_name = "NAME@ORG|ID")]
        user: String,
    },
    /// Remove values
    Remove {
        /// Username or user id
        #[arg(value_name = "NAME@ORG|ID")]
        user: String,
        /// Their names
        #[arg(value_name = "NAME", required = true)]
        names: Vec<String>,
    },
}

impl std::fmt::Debug for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Set { .. } => "Set",
            Self::Show { .. } => "Show",
            Self::Remove { .. } => "Remove",
        })
    }
}

/// Runs `countersign user data`.
pub(super) async fn run(provider: &Provider, args: DataArgs, at: &Operator) -> Result<(), Failed> {
    match args.command {
        Command::Set { user, values } => {
            let values = values.into_iter().map(Zeroizing::new).collect();
            let written = data::set(provider, &user, &parse(&lines(values)?)?, CLI).await?;
            at.show(&Names { names: &written }, || {
                format!("Written: {}.", words(&written))
            })
        }
        Command::Show { user } => {
            let values = data::show(provider, &user, CLI).await?;
            at.show(&Shown::from(values.as_slice()), || table(&values))
        }
        Command::Remove { user, names } => {
            let names = names
                .iter()
                .map(|name| parse_name(name))
                .collect::<Result<Vec<_>, _>>()?;
            let removed = data::remove(provider, &user, &names, CLI).await?;
            if removed.len() < names.len() {
                note("Some of these were not there.");
            }
            at.show(&Names { names: &removed }, || {
                format!("Removed: {}.", words(&removed))
            })
        }
    }
}

/// The arguments, or the lines of standard input when the only argument is `-`.
fn lines(values: Vec<Zeroizing<String>>) -> Result<Vec<Zeroizing<String>>, Failed> {
    if values.len() != 1 || values.first().is_none_or(|value| value.as_str() != "-") {
        return Ok(values);
    }
    let mut text = Zeroizing::new(String::new());
    std::io::stdin().read_to_string(&mut text).map_err(|error| {
        Failed::new(format!(
            "standard input cannot be read ({error}); it must be UTF-8"
        ))
    })?;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    Ok(lines.map(|line| Zeroizing::new(line.to_owned())).collect())
}

fn parse(lines: &[Zeroizing<String>]) -> Result<Vec<(ClaimName, Zeroizing<String>)>, Failed> {
    lines
        .iter()
        .map(|line| {
            let (name, value) = line.split_once('=').ok_or_else(|| {
                Failed::usage("write each value as name=value, such as email=ada@example.org")
            })?;
            Ok((parse_name(name.trim())?, Zeroizing::new(value.to_owned())))
        })
        .collect()
}

fn parse_name(name: &str) -> Result<ClaimName, Failed> {
    ClaimName::parse(name).ok_or_else(|| {
        Failed::usage(format!(
            "{name} is not a name of personal data; see countersign user data --help"
        ))
    })
}

fn words(names: &[ClaimName]) -> String {
    match names {
        [] => "nothing".to_owned(),
        names => names
            .iter()
            .map(|name| name.as_str())
            .collect::<Vec<_>>()
            .join(", "),
    }
}

#[derive(Serialize)]
struct Names<'n> {
    names: &'n [ClaimName],
}

/// `{name: value, …}`.
#[derive(Serialize)]
struct Shown<'v>(BTreeMap<&'static str, &'v str>);

impl<'v> From<&'v [(ClaimName, Value)]> for Shown<'v> {
    fn from(values: &'v [(ClaimName, Value)]) -> Self {
        Self(
            values
                .iter()
                .map(|(name, value)| (name.as_str(), value.reveal()))
                .collect(),
        )
    }
}

fn table(values: &[(ClaimName, Value)]) -> String {
    let mut table = Table::new(["NAME", "VALUE"], "Nothing is known of this person.");
    for (name, value) in values {
        table.row([Cell::from(name.as_str()), Cell::from(value.reveal())]);
    }
    table.text()
}
