//! Runs one call of a published client and reports it. The version's own part is `crate::edition`.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::Parser;
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

pub(crate) mod arguments;
pub(crate) mod calls;
pub(crate) mod outcome;

use arguments::Arguments;
use outcome::{Failure, Stage};

/// Parses the arguments, makes the call and prints its outcome. Misuse exits with 2 (clap's own code),
/// a machine on which no runtime starts with 1; a call that was refused is an outcome and exits with 0.
pub(crate) fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("The asynchronous runtime could not start: {error}");
            return ExitCode::FAILURE;
        }
    };
    let outcome = perform(&runtime, &arguments);
    println!("{}", outcome::report(outcome));
    ExitCode::SUCCESS
}

/// Every call starts with the version's own loading of files and its own discovery.
fn perform(runtime: &Runtime, arguments: &Arguments) -> Result<Value, Failure> {
    let mut client = guarded(runtime, Stage::Load, crate::edition::open(&arguments.device))?;
    guarded(runtime, Stage::Call, calls::call(&mut client, &arguments.call))
}

/// The 0.2 versions panic on what they do not expect (an audience that is no UUID, a private key that is not RSA).
/// That is a finding about what we gave them, so it is reported like any other outcome.
fn guarded<T>(
    runtime: &Runtime,
    stage: Stage,
    step: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(|| runtime.block_on(step)))
        .unwrap_or_else(|panic| Err(Failure::new(stage, "Panic", panic_message(panic.as_ref()))))
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    if let Some(text) = panic.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = panic.downcast_ref::<String>() {
        text.clone()
    } else {
        "a panic without a message".to_owned()
    }
}
