//! The published `openidconnect` 4 as a program: one call a process, one JSON object on standard output.
//!
//! The crate knows neither `private_key_jwt` nor CIBA. What it has no call for is built from what it offers: further
//! form parameters carry the client assertion, which its own RSA key signs, and its own types read the token answer.

mod arguments;
mod assertion;
mod calls;
mod outcome;
mod provider;

use std::process::ExitCode;

use arguments::Arguments;
use clap::Parser;
use outcome::Failure;
use provider::Session;
use serde_json::Value;

/// Misuse exits with 2 (clap's own code), a machine on which no runtime starts with 1; a call that was refused is an
/// outcome and exits with 0.
fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("The asynchronous runtime could not start: {error}");
            return ExitCode::FAILURE;
        }
    };
    println!("{}", outcome::report(runtime.block_on(perform(&arguments))));
    ExitCode::SUCCESS
}

async fn perform(arguments: &Arguments) -> Result<Value, Failure> {
    let session = Session::open(&arguments.client).await?;
    calls::call(&session, &arguments.call).await
}
