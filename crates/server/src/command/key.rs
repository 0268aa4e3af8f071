//! `countersign key`: the provider's own signing keys.

use super::{moment, moment_or_dash};
use crate::cli::Operator;
use crate::failure::Failed;
use crate::output::{BAD, Cell, GOOD, Table, WAITING};
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use countersign_core::Provider;
use countersign_core::keys::rotate::{self, ALGORITHMS, KeyItem, RotateWhen};
use countersign_core::keys::{KeyPurpose, KeyState};
use countersign_jose::Algorithm;
use serde::Serialize;

const EXAMPLES: &str = "\
Examples:
  countersign key list
  countersign key rotate
      Announce a successor of each key; it signs a day later, when everybody has seen it.
  countersign key rotate --algorithm RS256 --now
  countersign key rotate --purpose identity
      The key of identities of X.1280, which stand in a key set of their own.
  countersign key revoke KID
      A key was stolen: replace it at once, then take it back. What it signed verifies no more.
A running server takes the change over within a few seconds.";

/// The provider's own signing keys.
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
    /// Show the keys and where each stands
    List,
    /// Replace the keys
    Rotate {
        /// What the key signs
        #[arg(long, default_value = "oidc", value_parser = purpose_parser())]
        purpose: KeyPurpose,
        /// Only the key of this algorithm; for the purpose oidc
        #[arg(long, value_parser = algorithm_parser())]
        algorithm: Option<Algorithm>,
        /// Sign with the new key at once; who has the old key set in memory cannot verify its first tokens
        #[arg(long)]
        now: bool,
    },
    /// Withdraw a key at once: what it signed verifies no more
    Revoke {
        /// The key's kid
        #[arg(allow_hyphen_values = true)]
        kid: String,
    },
}

fn algorithm_parser() -> impl clap::builder::TypedValueParser<Value = Algorithm> {
    PossibleValuesParser::new(ALGORITHMS.map(Algorithm::name)).try_map(|name| name.parse::<Algorithm>())
}

/// The push key is never rotated.
fn purpose_parser() -> impl clap::builder::TypedValueParser<Value = KeyPurpose> {
    let rotated = [KeyPurpose::Oidc, KeyPurpose::Identity, KeyPurpose::Credential];
    PossibleValuesParser::new(rotated.map(KeyPurpose::as_str))
        .try_map(|word| KeyPurpose::parse(&word).ok_or("no such purpose"))
}

/// Runs `countersign key`.
pub(crate) async fn run(args: Args) -> Result<(), Failed> {
    let opened = args.at.open().await?;
    let provider = &opened.provider;
    let concerned = match args.command {
        Command::List => None,
        Command::Rotate {
            purpose,
            algorithm,
            now,
        } => {
            let when = if now {
                RotateWhen::Now
            } else {
                RotateWhen::default()
            };
            Some(match (purpose, algorithm) {
                (KeyPurpose::Oidc, algorithm) => rotate::rotate(provider, algorithm, when).await?,
                (purpose, None | Some(Algorithm::Es256)) => {
                    rotate::rotate_purpose(provider, purpose, when).await?
                }
                (_, Some(_)) => return Err(Failed::usage("keys of this purpose sign with ES256 only")),
            })
        }
        Command::Revoke { kid } => {
            rotate::revoke(provider, &kid).await?;
            Some(vec![kid])
        }
    };
    let items = items(provider, concerned.as_deref()).await?;
    args.at.show(&items, || table(&items))
}

/// The keys, or those of them that a command was about.
async fn items(provider: &Provider, only: Option<&[String]>) -> Result<Vec<Item>, Failed> {
    let keys = rotate::list(provider).await?;
    let wanted = |item: &&KeyItem| only.is_none_or(|only| only.contains(&item.key.kid));
    Ok(keys.iter().filter(wanted).map(Item::from).collect())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    kid: String,
    algorithm: &'static str,
    purpose: &'static str,
    state: &'static str,
    announced_at: String,
    active_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    retained_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retired_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<String>,
    #[serde(skip)]
    item: KeyItem,
}

impl From<&KeyItem> for Item {
    fn from(item: &KeyItem) -> Self {
        let key = &item.key;
        Self {
            kid: key.kid.clone(),
            algorithm: key.algorithm.name(),
            purpose: key.purpose.as_str(),
            state: item.state.as_str(),
            announced_at: moment(key.announced_at),
            active_at: moment(key.active_at),
            retained_at: key.retained_at.map(moment),
            retired_at: key.retired_at.map(moment),
            revoked_at: key.revoked_at.map(moment),
            item: item.clone(),
        }
    }
}

fn table(items: &[Item]) -> String {
    let mut table = Table::new(
        [
            "KID",
            "ALGORITHM",
            "PURPOSE",
            "STATE",
            "SIGNS FROM",
            "SIGNS UNTIL",
            "PUBLISHED UNTIL",
        ],
        "There are no signing keys.",
    );
    for item in items {
        let style = match item.item.state {
            KeyState::Active => GOOD,
            KeyState::Announced | KeyState::Retained => WAITING,
            KeyState::Retired | KeyState::Revoked => BAD,
        };
        let key = &item.item.key;
        table.row([
            Cell::from(&item.kid),
            Cell::from(item.algorithm),
            Cell::from(item.purpose),
            Cell::styled(item.state, style),
            Cell::from(&item.active_at),
            Cell::from(moment_or_dash(key.revoked_at.or(key.retained_at))),
            Cell::from(moment_or_dash(key.revoked_at.or(key.retired_at))),
        ]);
    }
    table.text()
}
