//! The terminal program `countersign-authenticator`.

mod accounts;
mod args;
mod consents;
mod credential;
mod decide;
mod dialogue;
mod enroll;
mod output;
mod read;
mod scan;
mod source;
mod watch;

use std::process::ExitCode;

use clap::Parser as _;
use countersign_protocol::approval::ApprovalItem;

use crate::render::describe_for;
use crate::{Account, Authenticator, Error, Ports, Store};
use args::{Args, Command};
use output::Output;

pub use args::command;
pub use dialogue::{Dialogue, Reply};

/// Exit code for "refused or failed".
const FAILED: u8 = 1;
/// Exit code for "wrong usage"; clap uses the same.
const WRONG_USAGE: u8 = 2;

/// Runs the program with the arguments of the process. Exit codes: 0 done, 1 refused or failed, 2 wrong usage.
pub async fn main() -> ExitCode {
    let args = Args::parse();
    let output = Output::new();
    match run(args, &output).await {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read our output has stopped, as in `history | head`: that is no failure.
        Err(Error::Terminal(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            // If standard error is gone too, the exit code is all that is left to say.
            let _ = output.problem(&error);
            ExitCode::from(if matches!(error, Error::Usage(_)) {
                WRONG_USAGE
            } else {
                FAILED
            })
        }
    }
}

async fn run(args: Args, output: &Output) -> Result<(), Error> {
    let world = World {
        store: Store::open(args.store_dir()?)?,
        account: args.account,
        ports: Ports::system(),
        output,
    };
    match args.command {
        Command::Enroll(args) => match &args.credential {
            Some(text) => credential::enroll(&world, &args, text).await,
            None => enroll::run(&world, &args).await,
        },
        Command::List(args) => read::list(&world, &args).await,
        Command::Watch(args) => watch::run(&world, &args).await,
        Command::Approve(args) => decide::approve(&world, &args).await,
        Command::Deny(args) => decide::deny(&world, &args).await,
        Command::LoginHintToken(args) => read::login_hint_token(&world, &args).await,
        Command::Scan(args) => scan::run(&world, &args).await,
        Command::History(args) => read::history(&world, &args).await,
        Command::Consents(args) => consents::run(&world, &args).await,
        Command::Accounts(args) => accounts::list(&world, &args),
        Command::Remove(args) => accounts::remove(&world, &args),
    }
}

/// What every command works with.
struct World<'a> {
    store: Store,
    account: Option<String>,
    ports: Ports,
    output: &'a Output,
}

impl World<'_> {
    fn authenticator(&self) -> Result<Authenticator, Error> {
        let account = self.store.find(self.account.as_deref())?;
        self.phone(account)
    }

    fn phone(&self, account: Account) -> Result<Authenticator, Error> {
        let (key, credentials) = (self.store.key(&account)?, self.store.credentials(&account)?);
        Ok(Authenticator::new(account, key, self.ports.clone())?.holding(credentials))
    }

    /// A request as this phone shows it.
    fn describe(&self, phone: &Authenticator, item: &ApprovalItem) -> String {
        describe_for(item, phone.credential_for(item), self.now())
    }

    fn now(&self) -> i64 {
        self.ports.clock.now()
    }
}
