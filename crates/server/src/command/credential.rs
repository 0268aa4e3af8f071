//! `countersign credential`: credentials of people (X.1280).

mod issue;
mod verify;

use super::{CLI, input, moment, moment_or_dash};
use crate::cli::Operator;
use crate::failure::Failed;
use crate::output::{BAD, Cell, GOOD, Table, WAITING, plain};
use anstyle::Style;
use countersign_core::time::Timestamp;
use countersign_core::x1280::Credential;
use countersign_core::x1280::credential::{self, Revocation};
use issue::New;
use serde::Serialize;

const EXAMPLES: &str = "\
Examples:
  countersign credential issue --given-name Marie --family-name Dupont --date-of-birth 1990-05-17 --nationality FRA \\
      --document-number 12AB34567 --trust-level 2
      Shows the credential as text and as a QR code; the person's phone enrols it.
  countersign credential issue --given-name Ada --family-name Lovelace --date-of-birth 1815-12-10 --nationality GBR \\
      --user ada.lovelace@OnesID1 --expires 90d --json
      For a person who is known here already.
  countersign credential verify credential.txt
  countersign credential revoke tok_Qh0c2Vyc2lnbmVkX2lkXw --reason 'phone lost'
      For good, also one of another issuer that nobody has shown here yet.";

/// Credentials of people, which they prove their identity with (X.1280).
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
    /// Issue a credential to a person
    Issue(Box<New>),
    /// Look whether a credential is good, and show what it says
    Verify {
        /// The credential, or a file with it; - reads standard input
        #[arg(value_name = "FILE|TEXT")]
        credential: String,
    },
    /// Show the credentials that were issued, enrolled or revoked here, newest first
    List,
    /// End a credential for good, with its enrolment
    Revoke {
        /// Its tokenId; issuers choose ids by themselves, also such that begin with a hyphen
        #[arg(value_name = "TOKEN_ID", allow_hyphen_values = true)]
        token_id: String,
        /// Why, for the audit log
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
}

/// Runs `countersign credential`.
pub(crate) async fn run(args: Args) -> Result<(), Failed> {
    let opened = args.at.open().await?;
    let provider = &opened.provider;
    match args.command {
        Command::Issue(new) => {
            let issued = credential::issue(provider, new.read()?, CLI).await?;
            let item = issue::Item::from(&issued);
            args.at.show(&item, || item.describe())
        }
        Command::Verify { credential } => {
            let text = input::text(&credential, verify::is_credential)?;
            let verified = credential::verify(provider, &text).await?;
            let item = verify::Item::from(&verified);
            args.at.show(&item, || item.describe())
        }
        Command::List => {
            let now = provider.clock.now();
            let all = credential::list(provider).await?;
            let items: Vec<_> = all.iter().map(|credential| Item::new(credential, now)).collect();
            args.at.show(&items, || table(&items))
        }
        Command::Revoke { token_id, reason } => {
            let revoked = credential::revoke(provider, &token_id, reason, CLI).await?;
            let item = Item::new(&revoked, provider.clock.now());
            args.at.show(&item, || format!("Revoked {}.", item.token_id))
        }
    }
}

/// What is known of a credential; what it says is not.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    token_id: String,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    recorded_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl Item {
    fn new(credential: &Credential, now: Timestamp) -> Self {
        let origin = credential.origin.as_ref();
        let revoked: Option<&Revocation> = credential.revoked.as_ref();
        Self {
            token_id: credential.token_id.to_string(),
            status: credential.status(now).as_str(),
            issuer: origin.map(|origin| origin.issuer.clone()),
            user_id: credential.user_id.map(|user| user.to_string()),
            expires_at: origin.and_then(|origin| origin.expires_at).map(moment),
            recorded_at: moment(credential.recorded_at),
            revoked_at: revoked.map(|revoked| moment(revoked.at)),
            reason: revoked.and_then(|revoked| revoked.reason.clone()),
        }
    }

    fn style(&self) -> Style {
        match self.status {
            "enrolled" => GOOD,
            "issued" => WAITING,
            _ => BAD,
        }
    }
}

fn table(items: &[Item]) -> String {
    let mut table = Table::new(
        ["TOKEN ID", "STATUS", "ISSUER", "PERSON", "EXPIRES", "RECORDED"],
        "There are no credentials yet; issue one with `countersign credential issue`.",
    );
    for item in items {
        let or_dash = |text: &Option<String>| text.as_deref().map_or_else(|| moment_or_dash(None), plain);
        table.row([
            Cell::from(&item.token_id),
            Cell::styled(item.status, item.style()),
            Cell::from(or_dash(&item.issuer)),
            Cell::from(or_dash(&item.user_id)),
            Cell::from(or_dash(&item.expires_at)),
            Cell::from(&item.recorded_at),
        ]);
    }
    table.text()
}
