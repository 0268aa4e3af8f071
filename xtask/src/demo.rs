//! `cargo xtask demo`: builds the three programs and lets `countersign demo` play the main job with them.

use crate::step::{self, Outcome};
use std::process::Command;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// End after the story instead of keeping the provider up
    #[arg(long)]
    once: bool,
    /// Build for speed, as a release does
    #[arg(long)]
    release: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    build(arguments.release)?;
    let mut demo = program("countersign", arguments.release);
    demo.arg("demo");
    if arguments.once {
        demo.arg("--once");
    }
    step::run("playing the main job", &mut demo)
}

/// Builds the programs that the story needs.
pub(crate) fn build(release: bool) -> Outcome {
    let mut build = step::cargo();
    build.args(["build", "--locked", "--bins"]);
    build.args([
        "-p",
        "countersign-server",
        "-p",
        "countersign-device",
        "-p",
        "countersign-authenticator",
    ]);
    if release {
        build.arg("--release");
    }
    step::run(
        "building countersign, countersign-device and countersign-authenticator",
        &mut build,
    )
}

/// One of our programs, as it was built.
pub(crate) fn program(name: &str, release: bool) -> Command {
    Command::new(
        step::target()
            .join(if release { "release" } else { "debug" })
            .join(name),
    )
}
