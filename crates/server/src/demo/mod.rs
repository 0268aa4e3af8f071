//! `countersign demo`: plays the main job with the real programs over real HTTP, from an empty directory.
//!
//! The machine is `countersign-device`, the phone is `countersign-authenticator`, the operator is this program's own
//! command line, the provider is `countersign serve` in a process of its own. Only the service's side is played here, over
//! plain HTTP and a WebSocket, and even its signatures are made by `countersign-device -o SIGN`. The calls that the
//! story tells are read from the provider's own log.

mod page;
mod provider;
mod service;
mod stage;
mod story;
mod transcript;

use std::path::PathBuf;

/// What went wrong, in one sentence.
type Told<T> = Result<T, String>;

/// Options of `countersign demo`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// End after the story instead of keeping the provider up
    #[arg(long)]
    once: bool,
    /// Write the story as Markdown, a page for each chapter, with what changes from run to run replaced by names
    #[arg(long, value_name = "DIR", hide = true)]
    transcript: Option<PathBuf>,
}

/// Plays the story; every step that does not go as told is an error.
///
/// # Errors
/// The step that failed and what it said.
pub(crate) fn run(arguments: &Arguments) -> Told<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("the demo cannot start its runtime: {error}"))?;
    let mut stage = stage::Stage::set()?;
    runtime.block_on(story::play(&mut stage))?;
    if let Some(directory) = &arguments.transcript {
        stage.transcript.write(directory)?;
    }
    if arguments.once {
        return Ok(());
    }
    stage.stay_up()
}
