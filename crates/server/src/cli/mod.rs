//! The command line.

mod operator;

pub(crate) use operator::Operator;

use crate::failure::Failed;
use crate::{backup, command, demo, doctor, init, output, serve};
use clap::{CommandFactory as _, Parser, Subcommand};
use std::process::ExitCode;

const EXAMPLES: &str = "\
Examples:
  countersign init --data ./data --public-url http://127.0.0.1:4000 --domain onesid1.com --alias OnesID1
      Make a provider: directory, keys, organisation, the first person and an invitation for their phone.
  countersign serve --data ./data
      Run it.
  export COUNTERSIGN_DATA=./data
  countersign device list --status pending
  countersign device approve K7QX-2MPD
      See which machines wait, compare the fingerprint with the machine's screen, let it in.
  countersign user add ada.lovelace@OnesID1 --name 'Ada Lovelace'
  countersign user invite ada.lovelace@OnesID1
      Add a person and invite their phone.
  countersign doctor
      Look whether everything is in order.

Exit codes: 0 done, 1 refused or failed, 2 wrong usage.";

const COMPLETIONS: &str = "\
Examples:
  countersign completions bash > /etc/bash_completion.d/countersign
  countersign completions zsh > ~/.zfunc/_countersign";

/// An identity provider for people with phones: passwordless sign-in by OpenID Connect CIBA.
#[derive(Debug, Parser)]
#[command(name = "countersign", version, after_help = EXAMPLES, propagate_version = true, max_term_width = 110)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a provider in a new data directory
    Init(init::Args),
    /// Run the provider
    Serve(serve::Args),
    /// Play the main job in a scratch directory: a machine registers, a person approves, the service gets tokens
    Demo(demo::Arguments),
    /// Check the configuration, or print an example
    Config(command::config::Args),
    /// Machines: list, show, approve, reject, suspend, revoke
    Device(command::device::Args),
    /// People: add, list, show, disable, enable, invite their phones
    User(command::user::Args),
    /// Phones: list, show, revoke
    Authenticator(command::authenticator::Args),
    /// Applications that people sign in to: add, list, show, disable, enable
    App(command::app::Args),
    /// Services that sign people in: add, list, show, disable, enable
    Client(command::client::Args),
    /// Consents for personal data: list, verify a receipt
    Consent(command::consent::Args),
    /// Services that people prove their identity to: add, list, show, rotate, disable, enable
    Service(command::service::Args),
    /// Credentials that people prove their identity with: issue, verify, list, revoke
    Credential(command::credential::Args),
    /// Other issuers of credentials: add, list, remove
    Trust(command::trust::Args),
    /// Signing keys: list, rotate, revoke
    Key(command::key::Args),
    /// The audit log: list, verify
    Audit(command::audit::Args),
    /// Reports of people about requests that were not theirs: list, clear
    Report(command::report::Args),
    /// Copy the database while the server runs
    Backup(backup::BackupArgs),
    /// Put a backup in place of the database
    Restore(backup::RestoreArgs),
    /// Look whether everything is in order
    Doctor(doctor::Args),
    /// Print completions for a shell
    #[command(after_help = COMPLETIONS)]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// Runs the program.
pub(crate) fn main() -> ExitCode {
    // Wrong usage ends here, with clap's own words and exit code 2.
    let cli = Cli::parse();
    match run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed) => {
            output::error(&failed);
            failed.exit_code()
        }
    }
}

fn run(command: Command) -> Result<(), Failed> {
    match command {
        Command::Serve(args) => serve::run(&args),
        Command::Config(args) => command::config::run(&args),
        Command::Demo(args) => demo::run(&args).map_err(Failed::new),
        Command::Completions { shell } => completions(shell),
        command => {
            serve::log::quiet();
            runtime()?.block_on(operate(command))
        }
    }
}

/// One thread is enough for a command.
fn runtime() -> Result<tokio::runtime::Runtime, Failed> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| {
            Failed::new(format!(
                "the program cannot start ({error}); free some memory or file handles, then try again"
            ))
        })
}

async fn operate(command: Command) -> Result<(), Failed> {
    match command {
        Command::Init(args) => init::run(args).await,
        Command::Device(args) => command::device::run(args).await,
        Command::User(args) => command::user::run(args).await,
        Command::Authenticator(args) => command::authenticator::run(args).await,
        Command::App(args) => command::app::run(args).await,
        Command::Client(args) => command::client::run(args).await,
        Command::Consent(args) => command::consent::run(args).await,
        Command::Service(args) => command::service::run(args).await,
        Command::Credential(args) => command::credential::run(args).await,
        Command::Trust(args) => command::trust::run(args).await,
        Command::Key(args) => command::key::run(args).await,
        Command::Audit(args) => command::audit::run(args).await,
        Command::Report(args) => command::report::run(args).await,
        Command::Backup(args) => backup::backup(&args).await,
        Command::Restore(args) => backup::restore(&args).await,
        Command::Doctor(args) => doctor::run(&args).await,
        // These run on a runtime of their own, or on none.
        Command::Serve(args) => serve::run(&args),
        Command::Demo(args) => demo::run(&args).map_err(Failed::new),
        Command::Config(args) => command::config::run(&args),
        Command::Completions { shell } => completions(shell),
    }
}

fn completions(shell: clap_complete::Shell) -> Result<(), Failed> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "countersign", &mut script);
    output::say(&String::from_utf8_lossy(&script))
}
