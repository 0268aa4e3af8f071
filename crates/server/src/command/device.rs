//! `countersign device`: machines and the decision about them.

use super::CLI;
use crate::cli::Operator;
use crate::failure::Failed;
use crate::output::{BAD, Cell, GOOD, Table, WAITING, plain};
use anstyle::Style;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use countersign_core::Provider;
use countersign_core::device::list::DeviceStatus;
use countersign_core::device::{decide, list, revoke};
use countersign_protocol::device::RegistrationItem;

const EXAMPLES: &str = "\
Examples:
  countersign device list --status pending
  countersign device approve K7QX-2MPD
      Compare the fingerprint with the one on the machine's screen first: another one means another machine.
  countersign device reject K7QX-2MPD --reason 'unknown machine'
  countersign device suspend 0e8f4c1e-3f8a-4d6c-9d59-6f0a5f0f6b7a
      Stop a machine for a while; approve brings it back, by the same id.";

/// Machines and the decision about them.
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
    /// Show machines, newest first
    List {
        /// Only those in this status
        #[arg(long, value_parser = status_parser())]
        status: Option<DeviceStatus>,
    },
    /// Show one machine
    Show {
        /// Verification code, device id or client id
        #[arg(value_name = "CODE|ID")]
        device: String,
    },
    /// Let a machine in, or bring a suspended one back
    Approve {
        /// The verification code that the machine shows; for a suspended machine its device id or client id will do
        #[arg(value_name = "CODE|ID")]
        device: String,
    },
    /// Refuse a machine
    Reject {
        /// The verification code that the machine shows
        code: String,
        /// Why; the machine is told
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Stop a machine for a while
    Suspend {
        /// Verification code, device id or client id
        #[arg(value_name = "CODE|ID")]
        device: String,
    },
    /// Stop a machine for good
    Revoke {
        /// Verification code, device id or client id
        #[arg(value_name = "CODE|ID")]
        device: String,
    },
}

fn status_parser() -> impl clap::builder::TypedValueParser<Value = DeviceStatus> {
    PossibleValuesParser::new(DeviceStatus::ALL.map(DeviceStatus::as_str))
        .try_map(|word| DeviceStatus::parse(&word))
}

/// Runs `countersign device`.
pub(crate) async fn run(args: Args) -> Result<(), Failed> {
    let opened = args.at.open().await?;
    let provider = &opened.provider;
    let device = match args.command {
        Command::List { status } => return list_all(provider, status, &args.at).await,
        Command::Show { device } => device,
        Command::Approve { device } => decide::approve(provider, &device, CLI).await?.verification_code,
        Command::Reject { code, reason } => {
            decide::reject(provider, &code, CLI, reason)
                .await?
                .verification_code
        }
        Command::Suspend { device } => revoke::suspend(provider, &device, CLI).await?.verification_code,
        Command::Revoke { device } => revoke::revoke(provider, &device, CLI).await?.verification_code,
    };
    let item = list::show(provider, &device).await?;
    args.at.show(&item, || describe(&item))
}

async fn list_all(provider: &Provider, status: Option<DeviceStatus>, at: &Operator) -> Result<(), Failed> {
    let items = list::list(provider, status).await?;
    at.show(&items, || table(&items))
}

fn table(items: &[RegistrationItem]) -> String {
    let mut table = Table::new(
        [
            "CODE",
            "STATUS",
            "ROLE",
            "TITLE",
            "DOMAIN",
            "FINGERPRINT",
            "REQUESTED",
        ],
        "There are no such machines.",
    );
    for item in items {
        table.row([
            Cell::from(&item.verification_code),
            Cell::styled(&item.status, style(&item.status)),
            Cell::from(&item.role),
            Cell::from(&item.title),
            Cell::from(&item.domain),
            Cell::from(&item.thumbprint),
            Cell::from(&item.requested_at),
        ]);
    }
    table.text()
}

fn describe(item: &RegistrationItem) -> String {
    let style = style(&item.status);
    let id = |id: Option<uuid::Uuid>| id.map_or_else(|| "-".to_owned(), |id| id.to_string());
    format!(
        "{style}{status}{style:#}  {title}\n\
         code         {code}\n\
         fingerprint  {thumbprint}  ({key_type})\n\
         role         {role} in {domain}\n\
         stands       {location}\n\
         system       {system}\n\
         address      {address}\n\
         requested    {requested}, expires {expires}\n\
         device id    {device_id}\n\
         client id    {client_id}",
        status = item.status,
        title = plain(&item.title),
        code = item.verification_code,
        thumbprint = item.thumbprint,
        key_type = item.key_type,
        role = item.role,
        domain = plain(&item.domain),
        location = plain(&item.location),
        system = plain(&item.system),
        address = item.address.as_deref().map_or_else(|| "-".to_owned(), plain),
        requested = item.requested_at,
        expires = item.expires_at,
        device_id = id(item.device_id),
        client_id = id(item.client_id),
    )
}

fn style(status: &str) -> Style {
    match status {
        "approved" => GOOD,
        "pending" | "suspended" => WAITING,
        _ => BAD,
    }
}
