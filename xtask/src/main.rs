//! The project's own commands: `cargo xtask --help`.

#[cfg(target_os = "linux")]
mod bench;
mod check_deps;
mod demo;
mod generate;
mod packages;
mod step;
mod test;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// The project's own commands.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build everything and play the main job: a machine registers, a person approves on a phone, the service gets tokens
    Demo(demo::Arguments),
    /// Formatting, lints, dependency rules and every test: what CI runs
    Test(test::Arguments),
    /// Formatting, lints and dependency rules only
    Lint,
    /// Fail when a crate depends on a room above it, or on what we do not want in the house
    CheckDeps,
    /// Write the generated references, flows and vectors anew (docs/reference, docs/flows, vectors)
    Gen,
    /// Measure the release server beside npm oidc-provider, one core each, and write docs/benchmarks.md
    #[cfg(target_os = "linux")]
    Bench(bench::Arguments),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
        Command::Lint => test::lint(),
        Command::CheckDeps => check_deps::run(),
        Command::Gen => generate::run(),
        #[cfg(target_os = "linux")]
        Command::Bench(arguments) => bench::run(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}
