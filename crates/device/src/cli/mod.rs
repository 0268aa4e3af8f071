//! The command line: arguments in, one operation, an exit code out.

mod args;
mod argv;
mod error;
mod help;
mod init;
mod output;
mod show;

use std::ffi::OsString;
use std::process::ExitCode;

use args::{Args, Operation};
use clap::{CommandFactory, FromArgMatches};
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
    match args.operation {
        Operation::Init | Operation::InitFromConfig => block_on(init::run(args)),
        Operation::GetJwk => show::jwk(args),
        Operation::GetJwks => show::jwks(args),
        Operation::Sign => show::signature(args),
        Operation::GetAccessToken => block_on(show::access_token(args)),
    }
}

fn block_on(work: impl Future<Output = Result<(), CliError>>) -> Result<(), CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(CliError::Runtime)?;
    runtime.block_on(work)
}
