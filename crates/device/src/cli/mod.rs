//! The command line: arguments in, one operation, an exit code out.

mod args;
mod argv;
mod command;
mod error;
mod help;
mod init;
#[cfg(unix)]
mod look;
mod migrate;
mod output;
mod rotate;
#[cfg(unix)]
mod serve;
mod show;
#[cfg(unix)]
mod user_agent;

use std::ffi::OsString;
use std::process::ExitCode;

use args::{Args, Operation};
use clap::{CommandFactory, FromArgMatches};
use command::Command;
use error::CliError;

/// Runs one operation. Exit codes: 0 done, 1 refused or failed, 2 wrong usage.
pub(crate) fn run(argv: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args = match parse(argv) {
        Ok(args) => args,
        Err(error) => return help::explain(&error),
    };
    match operate(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(CliError::Usage(message)) => {
            let error = Args::command().error(clap::error::ErrorKind::MissingRequiredArgument, message);
            help::explain(&error)
        }
        Err(error) => {
            output::complain(&error);
            ExitCode::FAILURE
        }
    }
}

fn parse(argv: impl IntoIterator<Item = OsString>) -> Result<Args, clap::Error> {
    let matches = Args::command().try_get_matches_from(argv::with_long_names(argv))?;
    Args::from_arg_matches(&matches)
}

fn operate(args: &Args) -> Result<(), CliError> {
    match (&args.command, args.operation) {
        (Some(command), _) => perform(command),
        (None, Some(operation)) => operate_as(operation, args),
        // clap asks for one of them before.
        (None, None) => Err(CliError::Usage("say what to do: add -o OPERATION".to_owned())),
    }
}

fn operate_as(operation: Operation, args: &Args) -> Result<(), CliError> {
    match operation {
        Operation::Init | Operation::InitFromConfig => block_on(init::run(args)),
        Operation::GetJwk => show::jwk(args),
        Operation::GetJwks => show::jwks(args),
        Operation::Sign => show::signature(args),
        Operation::GetAccessToken => block_on(show::access_token(args)),
        Operation::Migrate => migrate::run(args),
        Operation::RotateKey => block_on(rotate::run(args)),
        #[cfg(unix)]
        Operation::Serve => block_on(serve::run(&args.folders()?, &args.listen)),
    }
}

#[cfg(unix)]
fn perform(command: &Command) -> Result<(), CliError> {
    match command {
        Command::Serve(serve) => block_on(serve::run(&serve.files.folders()?, &serve.listen)),
        Command::UserAgent(user_agent) => block_on(user_agent::run(user_agent)),
        Command::Status(look) => block_on(look::status(look)),
        Command::Doctor(look) => block_on(look::doctor(look)),
    }
}

/// Where there are none, there is nothing to perform.
#[cfg(not(unix))]
fn perform(command: &Command) -> Result<(), CliError> {
    match *command {}
}

fn block_on(work: impl Future<Output = Result<(), CliError>>) -> Result<(), CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(CliError::Runtime)?;
    runtime.block_on(work)
}
