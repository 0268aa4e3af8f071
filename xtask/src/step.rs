//! Running other programs, one step at a time.

use std::path::PathBuf;
use std::process::Command;

/// What went wrong, in one sentence.
pub(crate) type Outcome = Result<(), String>;

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    let manifest = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().map_or(manifest.clone(), PathBuf::from)
}

/// The cargo that runs us.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Says what a step does, runs it, and fails with its name.
pub(crate) fn run(what: &str, command: &mut Command) -> Outcome {
    eprintln!("==> {what}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{what}: failed ({status})")),
        Err(error) => Err(format!(
            "{what}: {} cannot be started: {error}",
            command.get_program().to_string_lossy()
        )),
    }
}

/// A directory for what is built, honouring the caller's choice.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}
