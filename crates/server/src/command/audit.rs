//! `countersign audit`: the log of what was done, and whether it is whole.

use crate::cli::Operator;
use crate::failure::Failed;
use crate::output::{Cell, GOOD, Table};
use countersign_core::Provider;
use countersign_core::audit::list::{self, AuditQuery};
use countersign_core::audit::{AuditRecord, verify};
use serde::Serialize;
use serde_json::Value;

const EXAMPLES: &str = "\
Examples:
  countersign audit list --limit 20
  countersign audit list --action device. --json
  countersign audit verify
      Finds a changed, removed or reordered record. Write the number down somewhere else now and then: an old
      database put in place of the present one is whole as well, but shorter.";

/// The audit log.
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
    /// Show records in the order of the log; the newest ones unless --after is given
    List {
        /// Only records after this place
        #[arg(long, value_name = "SEQ")]
        after: Option<i64>,
        /// At most so many
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000))]
        limit: u32,
        /// Only actions that begin with this text, such as device.
        #[arg(long, value_name = "TEXT")]
        action: Option<String>,
    },
    /// Look whether the whole log is as it was written
    Verify,
}

/// Runs `countersign audit`.
pub(crate) async fn run(args: Args) -> Result<(), Failed> {
    let opened = args.at.open().await?;
    match args.command {
        Command::List { after, limit, action } => {
            let query = AuditQuery {
                after,
                limit: usize::try_from(limit).unwrap_or(usize::MAX),
                action,
            };
            let records = list::list(&opened.provider, query).await?;
            let items: Vec<_> = records.iter().map(Item::from).collect();
            args.at.show(&items, || table(&items))
        }
        Command::Verify => verify(&opened.provider, &args.at).await,
    }
}

async fn verify(provider: &Provider, at: &Operator) -> Result<(), Failed> {
    let report = verify::verify(provider).await?;
    let broken = report.broken.map(|broken| Broken {
        seq: broken.seq,
        kind: broken.kind.as_str(),
        description: broken.to_string(),
    });
    let answer = Report {
        intact: report.intact,
        broken,
    };
    match &answer.broken {
        None => at.show(&answer, || {
            format!("{GOOD}The audit log is whole{GOOD:#}: {} records.", answer.intact)
        }),
        Some(broken) => {
            if at.json {
                at.show(&answer, String::new)?;
            }
            Err(Failed::new(format!(
                "the audit log was tampered with or is damaged: {}; {} records before it hold; keep this database and \
                 compare it with your backups",
                broken.description, answer.intact
            )))
        }
    }
}

#[derive(Serialize)]
struct Report {
    intact: i64,
    broken: Option<Broken>,
}

#[derive(Serialize)]
struct Broken {
    seq: i64,
    kind: &'static str,
    description: String,
}

#[derive(Serialize)]
struct Item {
    seq: i64,
    at: String,
    actor: String,
    action: String,
    subject: String,
    detail: Value,
}

impl From<&AuditRecord> for Item {
    fn from(record: &AuditRecord) -> Self {
        Self {
            seq: record.seq,
            at: record.at.rfc3339(),
            actor: record.actor.clone(),
            action: record.action.clone(),
            subject: record.subject.clone(),
            // A record that somebody changed is still shown, as it is; `verify` is what judges it.
            detail: serde_json::from_str(&record.detail)
                .unwrap_or_else(|_| Value::String(record.detail.clone())),
        }
    }
}

fn table(items: &[Item]) -> String {
    let mut table = Table::new(
        ["SEQ", "AT", "ACTOR", "ACTION", "SUBJECT", "DETAIL"],
        "There are no such records.",
    );
    for item in items {
        table.row([
            Cell::from(item.seq.to_string()),
            Cell::from(&item.at),
            Cell::from(&item.actor),
            Cell::from(&item.action),
            Cell::from(&item.subject),
            Cell::from(item.detail.to_string()),
        ]);
    }
    table.text()
}
