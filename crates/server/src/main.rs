//! The program `countersign`: configuration, wiring, listeners, workers, operator commands.
//!
//! [`cli`] reads the command line and calls one function of [`command`] (what operators do, beside a running server) or
//! of [`serve`] (the server itself). Both put a provider together from a data directory in [`open`].

mod backup;
mod cli;
mod command;
mod config;
mod data;
mod demo;
mod doctor;
mod failure;
mod init;
mod open;
mod output;
mod serve;
mod system;

use std::process::ExitCode;

/// Requests make many small, short-lived strings on several threads, where it is faster and grows less than the
/// system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::main()
}
