//! `countersign trust`: other issuers whose credentials are taken (X.1280).

use super::{CLI, input, moment, moment_or_dash};
use crate::cli::Operator;
use crate::failure::Failed;
use crate::output::{BAD, Cell, GOOD, Table, plain};
use anstyle::Style;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use countersign_core::id::TrustAnchorId;
use countersign_core::time::Timestamp;
use countersign_core::x1280::TrustAnchor;
use countersign_core::x1280::trust::{self, AnchorKey, AnchorUsage, NewAnchor};
use serde::Serialize;
use serde_json::Value;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  countersign trust add --name 'Prefecture of Paris' --x509 signer.pem
      Credentials refer to the key by the first eight bytes of SHA-256 over the certificate, and name its country.
  countersign trust add --name Bank --jwk bank.jwk.json --issuer https://id.bank.example --usage person
  countersign trust add --name 'ANTS seals' --x509 ants.pem --issuer FR05 --kid FR05FRAA1
      A signer of ISO 22376 seals: issuer and certificate are the beginning of each seal.
  countersign trust list
  countersign trust remove 0e8f4c1e-3f8a-4d6c-9d59-6f0a5f0f6b7a";

/// Keys of other issuers whose credentials are taken (X.1280). The own keys are trusted anyway.
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
    /// Trust the key of another issuer
    Add(Box<New>),
    /// Show the keys that are trusted, oldest first
    List,
    /// Trust a key no longer; what is enrolled stays, see credential revoke
    Remove {
        /// The trust anchor's id
        id: TrustAnchorId,
    },
}

#[derive(Debug, clap::Args)]
struct New {
    /// Its name, for operators
    #[arg(long)]
    name: String,
    #[command(flatten)]
    key: Key,
    /// The issuer as its credentials name it [default: the country of the certificate]
    #[arg(long, value_name = "ISS")]
    issuer: Option<String>,
    /// How credentials refer to the key: text, or 0x and hexadecimal [default: kid or thumbprint of the JWK; the first
    /// eight bytes of SHA-256 over the certificate]
    #[arg(long, value_name = "REFERENCE")]
    kid: Option<String>,
    /// What it vouches for
    #[arg(long, value_name = "USAGE", default_value = "person", value_parser = usage_parser())]
    usage: AnchorUsage,
    /// From when on, RFC 3339 [default: the certificate's own time]
    #[arg(long, value_name = "TIME", value_parser = time)]
    not_before: Option<Timestamp>,
    /// Until when, RFC 3339 [default: the certificate's own time]
    #[arg(long, value_name = "TIME", value_parser = time)]
    not_after: Option<Timestamp>,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Key {
    /// The public key as JWK (RFC 7517)
    #[arg(long, value_name = "FILE")]
    jwk: Option<PathBuf>,
    /// The certificate of the key (X.509), PEM or DER
    #[arg(long, value_name = "FILE")]
    x509: Option<PathBuf>,
}

impl New {
    /// With the key of the file.
    fn read(self) -> Result<NewAnchor, Failed> {
        let key = match (&self.key.jwk, &self.key.x509) {
            (Some(jwk), _) => AnchorKey::Jwk(input::json(jwk)?),
            (None, Some(x509)) => AnchorKey::X509(input::bytes(x509)?),
            (None, None) => return Err(Failed::usage("say which key: --jwk FILE or --x509 FILE")),
        };
        Ok(NewAnchor {
            name: self.name,
            key,
            issuer: self.issuer,
            reference: self.kid,
            usage: self.usage,
            not_before: self.not_before,
            not_after: self.not_after,
        })
    }
}

fn usage_parser() -> impl clap::builder::TypedValueParser<Value = AnchorUsage> {
    PossibleValuesParser::new(AnchorUsage::ALL.map(AnchorUsage::as_str))
        .try_map(|word| AnchorUsage::parse(&word).ok_or("no such usage"))
}

fn time(text: &str) -> Result<Timestamp, &'static str> {
    Timestamp::parse(text).ok_or("a time is RFC 3339, such as 2027-01-31T00:00:00Z")
}

/// Runs `countersign trust`.
pub(crate) async fn run(args: Args) -> Result<(), Failed> {
    let opened = args.at.open().await?;
    let provider = &opened.provider;
    let now = provider.clock.now();
    match args.command {
        Command::Add(new) => {
            let item = Item::new(&trust::add(provider, new.read()?, CLI).await?, now);
            args.at.show(&item, || item.describe())
        }
        Command::List => {
            let anchors = trust::list(provider).await?;
            let items: Vec<_> = anchors.iter().map(|anchor| Item::new(anchor, now)).collect();
            args.at.show(&items, || table(&items))
        }
        Command::Remove { id } => {
            let item = Item::new(&trust::remove(provider, id, CLI).await?, now);
            args.at.show(&item, || format!("Removed {}.", plain(&item.name)))
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    id: String,
    name: String,
    status: &'static str,
    issuer: String,
    kid: String,
    usage: &'static str,
    jwk: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_before: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_after: Option<String>,
    added_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    removed_at: Option<String>,
}

impl Item {
    fn new(anchor: &TrustAnchor, now: Timestamp) -> Self {
        Self {
            id: anchor.id.to_string(),
            name: anchor.name.clone(),
            status: match anchor.removed_at {
                Some(_) => "removed",
                None if anchor.is_valid(now) => "trusted",
                None => "out of time",
            },
            issuer: anchor.issuer.clone(),
            kid: anchor.reference.to_string(),
            usage: anchor.usage.as_str(),
            jwk: serde_json::from_str(&anchor.jwk).unwrap_or_default(),
            not_before: anchor.not_before.map(moment),
            not_after: anchor.not_after.map(moment),
            added_at: moment(anchor.added_at),
            removed_at: anchor.removed_at.map(moment),
        }
    }

    fn style(&self) -> Style {
        if self.status == "trusted" { GOOD } else { BAD }
    }

    fn describe(&self) -> String {
        let style = self.style();
        let dash = |time: &Option<String>| time.clone().unwrap_or_else(|| moment_or_dash(None));
        format!(
            "{style}{}{style:#}  {}\nid          {}\nissuer      {}\nkid         {}\nusage       {}\n\
             not before  {}\nnot after   {}\nadded       {}",
            self.status,
            plain(&self.name),
            self.id,
            plain(&self.issuer),
            self.kid,
            self.usage,
            dash(&self.not_before),
            dash(&self.not_after),
            self.added_at,
        )
    }
}

fn table(items: &[Item]) -> String {
    let mut table = Table::new(
        ["ID", "STATUS", "NAME", "ISSUER", "KID", "USAGE", "NOT AFTER"],
        "No other issuer is trusted; the own keys are trusted anyway.",
    );
    for item in items {
        table.row([
            Cell::from(&item.id),
            Cell::styled(item.status, item.style()),
            Cell::from(&item.name),
            Cell::from(&item.issuer),
            Cell::from(&item.kid),
            Cell::from(item.usage),
            Cell::from(item.not_after.as_deref().unwrap_or("-")),
        ]);
    }
    table.text()
}
