//! The examples of `examples/` that run in Node, as they stand.

use super::ones_oidc::left_out;
use super::programs::{clean, root, run};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

/// The oldest Node that the examples are written for.
const NODE: u32 = 20;

/// An example with its packages.
pub(crate) struct Example {
    folder: PathBuf,
}

impl Example {
    /// An example by its folder, its packages installed when they are missing; `None` when it is left out, or when there
    /// is no Node on a machine that is not CI.
    pub(crate) fn of(name: &str) -> Option<Self> {
        if left_out() {
            return None;
        }
        if node_version().is_none_or(|version| version < NODE) {
            return missing(&format!(
                "Node {NODE} or newer is not here: the examples did not run."
            ));
        }
        let folder = root().join("examples").join(name);
        install(&folder);
        Some(Self { folder })
    }

    /// One of its programs.
    pub(crate) fn program(&self, file: &str) -> Command {
        let mut node = clean(Path::new("node"));
        node.arg(self.folder.join(file));
        node
    }
}

/// What is missing is a failure in CI, and said everywhere else.
pub(crate) fn missing<T>(what: &str) -> Option<T> {
    assert!(std::env::var_os("CI").is_none(), "{what}");
    eprintln!("Left out: {what}");
    None
}

/// The major version of `node`.
fn node_version() -> Option<u32> {
    let output = Command::new("node").arg("--version").output().ok()?;
    let version = String::from_utf8(output.stdout).ok()?;
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

/// `npm ci`, once: two of them in one folder would take away each other's files.
fn install(folder: &Path) {
    static INSTALLING: Mutex<()> = Mutex::new(());
    let _installing = INSTALLING
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    // npm writes this file when everything is there.
    if !folder.join("node_modules/.package-lock.json").exists() {
        let mut npm = Command::new("npm");
        npm.args(["ci", "--ignore-scripts", "--loglevel=error"])
            .current_dir(folder);
        run(npm.stdin(Stdio::null())).succeeds();
    }
}
