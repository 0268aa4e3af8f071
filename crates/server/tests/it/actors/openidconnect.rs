//! The published crate `openidconnect` 4, unmodified: the driver of `interop/openidconnect-4`, one process a call.

use super::Machine;
use super::ones_oidc::{Outcome, left_out};
use super::programs::{cargo, clean, root, run};
use std::path::PathBuf;
use std::sync::OnceLock;

/// The driver, ready to call.
pub(crate) struct Openidconnect {
    program: PathBuf,
}

/// The driver; `None` when the clients of other people are left out.
pub(crate) fn openidconnect() -> Option<Openidconnect> {
    // A driver that is there may be older than its source; Cargo knows, and has nothing to do otherwise.
    static BUILT: OnceLock<()> = OnceLock::new();
    if left_out() {
        return None;
    }
    BUILT.get_or_init(|| {
        let mut build = cargo();
        build.args([
            "build",
            "--locked",
            "--target-dir",
            "interop/target",
            "--manifest-path",
            "interop/openidconnect-4/Cargo.toml",
        ]);
        run(&mut build).succeeds();
    });
    let name = format!("openidconnect-driver-4{}", std::env::consts::EXE_SUFFIX);
    Some(Openidconnect {
        program: root().join("interop/target/debug").join(name),
    })
}

impl Openidconnect {
    /// Makes one call as a machine.
    pub(crate) fn call(&self, machine: &Machine, call: &[&str]) -> Outcome {
        let mut command = clean(&self.program);
        command
            .args([
                "--issuer",
                &machine.issuer(),
                "--client-id",
                &machine.party.client_id,
            ])
            .arg("--private-key")
            .arg(machine.key())
            .args(call);
        Outcome(run(&mut command).json())
    }
}
