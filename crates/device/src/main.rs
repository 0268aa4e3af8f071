//! `countersign-device`: a machine registers with its provider, signs, and gets its access token.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run(std::env::args_os())
}
