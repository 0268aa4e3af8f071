//! `countersign consent`: what people gave, and whether a receipt is ours.

use super::moment;
use crate::cli::Operator;
use crate::failure::Failed;
use crate::output::{BAD, Cell, GOOD, Table, WAITING, plain};
use anstyle::Style;
use countersign_core::Provider;
use countersign_core::approval::ApprovalState;
use countersign_core::consent::list::{self, ConsentAsked};
use countersign_core::consent::receipt;
use countersign_core::keys::KeyPurpose;
use countersign_core::time::Timestamp;
use countersign_core::user::find;
use countersign_jose::JwkSet;
use countersign_protocol::consent::{ConsentStatus, ReceiptClaims};
use serde::Serialize;
use serde_json::Value;
use std::collections::HashMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  countersign consent list --user ada.lovelace@OnesID1
  countersign consent verify receipt.jwt
      With the keys of this provider, retired ones too; not with revoked ones.
  countersign consent verify receipt.jwt --jwks jwks.json
      Offline, with a saved copy of the provider's key set; needs no data directory.";

/// The largest file that is read, in bytes.
const MAX_FILE: u64 = 1024 * 1024;

/// Consents for personal data.
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
    /// Show who was asked for what and what became of it, newest first
    List {
        /// Only those of this person
        #[arg(long, value_name = "NAME@ORG|ID")]
        user: Option<String>,
    },
    /// Look whether a receipt is signed by this provider, and show what it says
    Verify {
        /// The receipt, or a file with it; - reads standard input
        #[arg(value_name = "FILE|TEXT")]
        receipt: String,
        /// Verify with this key set (RFC 7517) instead of the keys of the data directory
        #[arg(long, value_name = "FILE")]
        jwks: Option<PathBuf>,
    },
}

/// Runs `countersign consent`.
pub(crate) async fn run(args: Args) -> Result<(), Failed> {
    match args.command {
        Command::List { user } => {
            let opened = args.at.open().await?;
            let items = items(&opened.provider, user.as_deref()).await?;
            args.at.show(&items, || table(&items))
        }
        Command::Verify { receipt, jwks } => {
            let text = text_of(&receipt)?;
            let keys = match jwks {
                Some(path) => key_set(&path)?,
                None => own_keys(&args.at).await?,
            };
            let claims = receipt::verify(&text, &keys)?;
            args.at.show(&claims, || describe(&claims))
        }
    }
}

/// The receipt itself, or what the file with this name holds. A receipt is no file name: it is too long for one.
fn text_of(argument: &str) -> Result<String, Failed> {
    if argument == "-" {
        return read("standard input", std::io::stdin());
    }
    if argument.starts_with("eyJ") && argument.split('.').count() == 3 {
        return Ok(argument.to_owned());
    }
    let file = std::fs::File::open(argument).map_err(|error| {
        Failed::new(format!(
            "{argument}: this is neither a receipt nor a file that can be read ({error})"
        ))
    })?;
    read(argument, file)
}

fn read(name: &str, from: impl std::io::Read) -> Result<String, Failed> {
    let mut text = String::new();
    from.take(MAX_FILE)
        .read_to_string(&mut text)
        .map_err(|error| Failed::new(format!("{name}: it cannot be read as text ({error})")))?;
    Ok(text)
}

fn key_set(path: &Path) -> Result<JwkSet, Failed> {
    let shown = path.display();
    let wrong = |error: String| Failed::new(format!("{shown}: this is not a key set (RFC 7517): {error}"));
    let text = std::fs::File::open(path)
        .map_err(|error| Failed::new(format!("{shown}: the key set cannot be read ({error})")))
        .and_then(|file| read(&shown.to_string(), file))?;
    let value: Value = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    JwkSet::parse(&value).map_err(|error| wrong(error.to_string()))
}

async fn own_keys(at: &Operator) -> Result<JwkSet, Failed> {
    let opened = at.open().await?;
    let ring = opened.provider.keys();
    let keys = ring.unrevoked(KeyPurpose::Oidc);
    let keys = keys.into_iter().map(|key| key.public.jwk().clone()).collect();
    JwkSet::new(keys)
        .map_err(|error| Failed::new(format!("the keys make no key set: {error}; please report it")))
}

fn describe(claims: &ReceiptClaims) -> String {
    let words = |names: &[countersign_protocol::consent::ClaimName]| {
        names
            .iter()
            .map(|name| name.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    };
    format!(
        "{GOOD}The receipt is genuine{GOOD:#}.\n\
         provider  {}\nclient    {}\nresource  {}\nperson    {}\nasked     {}\ngranted   {}\nreason    {}\n\
         decided   {}\nconsent   {}\napproval  {}\ndecision  SHA-256 {}\n\
         It says what was decided then; whether it was withdrawn later, the provider knows.",
        plain(&claims.iss),
        plain(&claims.aud),
        plain(&claims.resource),
        plain(&claims.sub),
        words(&claims.asked),
        words(&claims.granted),
        plain(&claims.reason),
        Timestamp::from_unix(claims.decided_at).rfc3339(),
        claims.consent_id,
        claims.approval_id,
        plain(&claims.decision_digest),
    )
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    id: String,
    user_id: String,
    username: String,
    client_id: String,
    resource: String,
    asked: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    granted: Option<String>,
    status: ConsentStatus,
    requested_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<String>,
}

async fn items(provider: &Provider, user: Option<&str>) -> Result<Vec<Item>, Failed> {
    let only = match user {
        Some(user) => Some(find::find(provider, user).await?.id),
        None => None,
    };
    let people = find::list(provider).await?;
    let names: HashMap<_, _> = people
        .iter()
        .map(|user| (user.id, user.username.as_str()))
        .collect();
    let now = provider.clock.now();
    let consents = list::all(provider, only).await?;
    let item = |ConsentAsked { consent, approval }: &ConsentAsked| Item {
        id: consent.id.to_string(),
        user_id: consent.user_id.to_string(),
        username: names.get(&consent.user_id).copied().unwrap_or("-").to_owned(),
        client_id: consent.client_id.to_string(),
        resource: consent.resource.clone(),
        asked: approval.asked.to_string(),
        granted: match &approval.state {
            ApprovalState::Approved(decision) => Some(decision.granted.to_string()),
            _ => None,
        },
        status: consent.status(approval, now),
        requested_at: moment(consent.requested_at),
        revoked_at: consent.revoked_at.map(moment),
    };
    Ok(consents.iter().map(item).collect())
}

const fn style(status: ConsentStatus) -> Style {
    match status {
        ConsentStatus::Pending => WAITING,
        ConsentStatus::Approved => GOOD,
        ConsentStatus::Denied | ConsentStatus::Expired => BAD,
    }
}

fn table(items: &[Item]) -> String {
    let mut table = Table::new(
        [
            "ID",
            "STATUS",
            "USERNAME",
            "RESOURCE",
            "ASKED",
            "GRANTED",
            "REQUESTED",
            "REVOKED",
        ],
        "Nobody was asked for personal data yet.",
    );
    for item in items {
        table.row([
            Cell::from(&item.id),
            Cell::styled(item.status.as_str(), style(item.status)),
            Cell::from(&item.username),
            Cell::from(&item.resource),
            Cell::from(&item.asked),
            Cell::from(item.granted.as_deref().unwrap_or("-")),
            Cell::from(&item.requested_at),
            Cell::from(item.revoked_at.as_deref().unwrap_or("-")),
        ]);
    }
    table.text()
}
