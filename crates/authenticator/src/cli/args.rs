//! The command line.

use std::path::PathBuf;

use clap::{Args as ClapArgs, CommandFactory as _, Parser, Subcommand, ValueEnum};
use countersign_jose::KeyType;

use crate::Error;

const FOLDER: &str = "countersign-authenticator";

const EXAMPLES: &str = "\
Examples:
  countersign-authenticator enroll 'https://id.example/enroll#Wk3…'
      Join with the link of an invitation; compare the fingerprint with the operator's screen.
  countersign-authenticator enroll --credential credential.txt --server https://id.example
      Take on a credential, to show services who you are.
  countersign-authenticator watch
      Show each request the moment it arrives and ask what to do.
  countersign-authenticator list
  countersign-authenticator approve 0192 --code 123456
      See what waits, then answer one request; the beginning of its id is enough.
  countersign-authenticator approve 0192 --grant firstName,email
      Give a part of the personal data that is asked for.
  countersign-authenticator approve 0192 --grant identity:name,identity:age_over_18
      Tell a service a part of your identity; compare the code before.
  countersign-authenticator deny 0192 --not-me
      Refuse a request that you did not start, and report it.
  countersign-authenticator scan screenshot.png --approve
      Sign in where a code is shown, then look at the request that follows and decide.
  countersign-authenticator --store ./phone watch --auto approve --once
      Answer the next request without a person: for integration tests only.

Exit codes: 0 done, 1 refused or failed, 2 wrong usage.";

/// Your phone's part of signing in with Countersign, in a terminal: see who asks, compare, approve or deny.
#[derive(Debug, Parser)]
#[command(name = "countersign-authenticator", version, after_help = EXAMPLES, propagate_version = true)]
pub(super) struct Args {
    /// Folder with your accounts and keys [default: $XDG_DATA_HOME/countersign-authenticator, or the same in
    /// ~/.local/share]
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "COUNTERSIGN_AUTHENTICATOR_STORE"
    )]
    store: Option<PathBuf>,

    /// Username or client id of the account to use; needed only if you have several
    #[arg(long, global = true, value_name = "NAME")]
    pub(super) account: Option<String>,

    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Join your account with an invitation, or take on a credential: makes a key here and proves it to the provider
    #[command(visible_alias = "enrol")]
    Enroll(EnrollArgs),
    /// Show the requests that wait for you
    List(ReadArgs),
    /// Show each request the moment it arrives, and ask what to do
    Watch(WatchArgs),
    /// Approve a request
    Approve(ApproveArgs),
    /// Deny a request
    Deny(DenyArgs),
    /// Get a token that lets one service find you once
    LoginHintToken(ReadArgs),
    /// Scan the code of a sign-in, from its text or from a picture of it
    Scan(ScanArgs),
    /// Show your past requests, newest first
    History(ReadArgs),
    /// Show what you consented to give away, or take a consent back
    Consents(ConsentsArgs),
    /// Show the accounts in the store
    Accounts(ReadArgs),
    /// Forget an account and its key on this machine
    Remove(RemoveArgs),
}

#[derive(Debug, ClapArgs)]
pub(super) struct EnrollArgs {
    /// The invitation, as a link or as bare text; - reads it from standard input
    #[arg(
        value_name = "URL|INVITATION",
        required_unless_present = "credential",
        allow_hyphen_values = true
    )]
    pub(super) invitation: Option<String>,
    /// Take on this credential: its text, or a file with it, as text or as a picture of its code; - reads either from
    /// standard input. The key of your account at the same provider is used again
    #[arg(long, value_name = "TEXT|FILE", conflicts_with_all = ["invitation", "key_type"])]
    pub(super) credential: Option<String>,
    /// With --credential: make another account, even if there is one at this provider
    #[arg(long, requires = "credential")]
    pub(super) new: bool,
    /// What to call this phone [default: Terminal on your system]
    #[arg(long)]
    pub(super) name: Option<String>,
    /// Connect to this address of the provider instead of the one in the invitation; with --credential: the provider
    /// to enrol at [default: the issuer of the credential]
    #[arg(long, value_name = "URL")]
    pub(super) server: Option<String>,
    /// Kind of key to make: ECC:p256, ECC:p384, ECC:p521, OKP:ed25519, RSA:2048 or RSA:3072
    #[arg(long, value_name = "TYPE", default_value = "ECC:p256", value_parser = key_type)]
    pub(super) key_type: KeyType,
    /// Let the provider be on another machine by plain http: everybody on the way can read your tokens. For closed
    /// test networks
    #[arg(long)]
    pub(super) danger_plain_http: bool,
    /// Print the account as JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(super) struct ReadArgs {
    /// Print JSON for programs
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(super) struct WatchArgs {
    /// Answer every request without asking: for integration tests only
    #[arg(long, value_name = "ANSWER")]
    pub(super) auto: Option<Auto>,
    /// The code of the other screen, for requests that ask for one
    #[arg(long)]
    pub(super) code: Option<String>,
    /// End after the first decision
    #[arg(long)]
    pub(super) once: bool,
    /// Print one JSON object a line: {"event":"approval"|"settled"|"decided","data":{…}}
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Auto {
    /// Say yes
    Approve,
    /// Say no
    Deny,
}

#[derive(Debug, ClapArgs)]
pub(super) struct ApproveArgs {
    /// Id of the request, or the beginning of it
    pub(super) id: String,
    /// The code that the other screen shows
    #[arg(long)]
    pub(super) code: Option<String>,
    /// Grant only these of the scopes or the personal data that are asked for, such as firstName,email or
    /// identity:name
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    pub(super) grant: Option<Vec<String>>,
}

#[derive(Debug, ClapArgs)]
pub(super) struct ConsentsArgs {
    /// Print JSON for programs
    #[arg(long)]
    pub(super) json: bool,
    #[command(subcommand)]
    pub(super) command: Option<ConsentsCommand>,
}

#[derive(Debug, Subcommand)]
pub(super) enum ConsentsCommand {
    /// Take a consent back: the application gets nothing more by it
    Revoke {
        /// Id of the consent, or the beginning of it
        id: String,
    },
}

#[derive(Debug, ClapArgs)]
pub(super) struct ScanArgs {
    /// The text of the code, or a file with it: a PNG or JPEG picture, or text; - reads either from standard input
    #[arg(value_name = "TEXT|FILE")]
    pub(super) code: String,
    /// Sign in at a host that is not your provider without being asked: for scripts
    #[arg(long)]
    pub(super) yes: bool,
    /// Wait for the request that follows and decide about it, as `watch --once` does
    #[arg(long)]
    pub(super) approve: bool,
    /// With --approve: answer without asking, for integration tests only
    #[arg(long, value_name = "ANSWER", requires = "approve")]
    pub(super) auto: Option<Auto>,
    /// With --approve: the code of the other screen, for requests that ask for one
    #[arg(long = "code", value_name = "CODE", requires = "approve")]
    pub(super) other_code: Option<String>,
    /// Let the code name a service on another machine by plain http: everybody on the way can read your token. For
    /// closed test networks
    #[arg(long)]
    pub(super) danger_plain_http: bool,
    /// Print one JSON object a line: {"event":"scanned"|"approval"|"settled"|"decided","data":{…}}
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(super) struct DenyArgs {
    /// Id of the request, or the beginning of it
    pub(super) id: String,
    /// Report it: you did not start this request, and its client is stopped until an operator looks
    #[arg(long)]
    pub(super) not_me: bool,
}

#[derive(Debug, ClapArgs)]
pub(super) struct RemoveArgs {
    /// Username or client id
    pub(super) account: String,
}

impl Args {
    /// The store's folder: as given, or in the platform's folder for data (XDG Base Directory Specification).
    pub(super) fn store_dir(&self) -> Result<PathBuf, Error> {
        if let Some(dir) = &self.store {
            return Ok(dir.clone());
        }
        let absolute = |name: &str| {
            std::env::var_os(name)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
        };
        absolute("XDG_DATA_HOME")
            .or_else(|| absolute("HOME").map(|home| home.join(".local/share")))
            .map(|data| data.join(FOLDER))
            .ok_or_else(|| {
                Error::usage("neither XDG_DATA_HOME nor HOME is set; say with --store where accounts are")
            })
    }
}

/// The command line as clap sees it, for tests and generated documents.
#[must_use]
pub fn command() -> clap::Command {
    Args::command()
}

fn key_type(text: &str) -> Result<KeyType, String> {
    text.parse()
        .map_err(|error: countersign_jose::UnknownKeyType| error.to_string())
}
