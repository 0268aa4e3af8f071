//! The TypeScript packages: installed as their lock says, built, checked, and tested against the built programs.

use crate::step::{self, Outcome};
use std::process::{Command, Stdio};

/// What `package.json` calls its steps, and what they are to a reader.
const STEPS: [(&str, &str); 3] = [
    ("build", "the TypeScript packages"),
    ("lint", "formatting and lints of the TypeScript packages"),
    ("test", "every test of the TypeScript packages"),
];

/// Whether npm is on this machine. Where it is not, what needs it is left out and said so; in CI the next step fails.
pub(crate) fn npm_is_here() -> bool {
    if std::env::var_os("CI").is_some() {
        return true;
    }
    let mut probe = Command::new("npm");
    probe.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    probe.status().is_ok_and(|status| status.success())
}

/// Installs, builds, checks and tests the npm workspace, against the debug build of the programs.
pub(crate) fn test() -> Outcome {
    let mut install = npm();
    install.args(["ci", "--ignore-scripts", "--loglevel=error"]);
    step::run("what the TypeScript packages need", &mut install)?;
    STEPS.iter().try_for_each(|(script, what)| {
        let mut npm = npm();
        npm.args(["run", "--silent", script])
            .env("COUNTERSIGN_BIN_DIR", step::target().join("debug"));
        step::run(what, &mut npm)
    })
}

fn npm() -> Command {
    let mut npm = Command::new("npm");
    npm.current_dir(step::root());
    npm
}
