//! The published crate `ones-oidc`, unmodified, at five versions: the drivers of `interop/`, one process a call.

use super::Machine;
use super::programs::{cargo, clean, root, run};
use super::wire::text;
use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// A version of the crate, as its driver is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Version {
    V0_2_1,
    V0_2_5,
    V0_2_6,
    V0_3_7,
    V0_3_9,
}

impl Version {
    /// Every version that is tested.
    pub(crate) const ALL: [Self; 5] = [
        Self::V0_2_1,
        Self::V0_2_5,
        Self::V0_2_6,
        Self::V0_3_7,
        Self::V0_3_9,
    ];

    /// Whether it keeps at most the description of an error answer.
    pub(crate) const fn keeps_descriptions_only(self) -> bool {
        matches!(self, Self::V0_2_1 | Self::V0_2_5)
    }

    const fn dotted(self) -> &'static str {
        match self {
            Self::V0_2_1 => "0.2.1",
            Self::V0_2_5 => "0.2.5",
            Self::V0_2_6 => "0.2.6",
            Self::V0_3_7 => "0.3.7",
            Self::V0_3_9 => "0.3.9",
        }
    }
}

/// Whether the clients of other people are left out of this run. It is said, so that nothing passes in silence.
pub(crate) fn left_out() -> bool {
    let left_out = std::env::var_os("COUNTERSIGN_WITHOUT_INTEROP").is_some_and(|value| value == "1");
    if left_out {
        eprintln!(
            "Left out because COUNTERSIGN_WITHOUT_INTEROP=1: the published clients of interop/ did not run."
        );
    }
    left_out
}

/// The driver of a version; `None` when such clients are left out.
pub(crate) fn driver(version: Version) -> Option<Driver> {
    if left_out() {
        return None;
    }
    let name = format!(
        "ones-oidc-driver-{}{}",
        version.dotted().replace('.', "-"),
        std::env::consts::EXE_SUFFIX
    );
    let program = root().join("interop/target/debug").join(name);
    // A driver that is there may be older than its source; Cargo knows, and has nothing to do otherwise.
    static BUILT: [OnceLock<()>; Version::ALL.len()] = [const { OnceLock::new() }; Version::ALL.len()];
    BUILT[version as usize].get_or_init(|| build(version));
    Some(Driver { program, version })
}

fn build(version: Version) {
    let mut build = cargo();
    build.args([
        "build",
        "--locked",
        "--target-dir",
        "interop/target",
        "--manifest-path",
    ]);
    build.arg(format!("interop/ones-oidc-{}/Cargo.toml", version.dotted()));
    let mut headers = Command::new("pkg-config");
    headers
        .args(["--exists", "openssl"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if !headers.status().is_ok_and(|status| status.success()) {
        build.args(["--features", "vendored-openssl"]);
    }
    run(&mut build).succeeds();
}

/// One version, ready to call.
pub(crate) struct Driver {
    program: PathBuf,
    /// Which one.
    pub(crate) version: Version,
}

impl Driver {
    /// Makes one call as a machine.
    pub(crate) fn call(&self, machine: &Machine, call: &[&str]) -> Outcome {
        Self::ended(&mut self.command(machine, call))
    }

    /// The command of a call, to be changed before it runs.
    pub(crate) fn command(&self, machine: &Machine, call: &[&str]) -> Command {
        let mut command = clean(&self.program);
        command
            .arg("--device-config")
            .arg(machine.config())
            .arg("--private-key")
            .arg(machine.key())
            .args(call);
        command
    }

    /// Runs such a command.
    pub(crate) fn ended(command: &mut Command) -> Outcome {
        Outcome(run(command).json())
    }

    /// Asks a person to sign in and gives the `auth_req_id`.
    pub(crate) fn asked(&self, machine: &Machine, username: &str, further: &[&str]) -> String {
        let call = [
            "ciba-start",
            "--login-hint",
            username,
            "--binding-message",
            "Authorize login",
        ];
        text(
            &self.call(machine, &[&call, further].concat()).value(),
            "auth_req_id",
        )
    }
}

/// What a driver printed.
#[derive(Debug)]
pub(crate) struct Outcome(pub(crate) Value);

impl Outcome {
    /// Asserts that the client was content, and gives its value.
    #[track_caller]
    pub(crate) fn value(self) -> Value {
        assert_eq!(self.0["ok"], true, "{}", self.0);
        self.0["value"].clone()
    }

    /// Asserts the client's own error kind and gives the whole report.
    #[track_caller]
    pub(crate) fn fails_as(self, kind: &str) -> Value {
        assert_eq!(
            (&self.0["ok"], self.0["kind"].as_str()),
            (&Value::Bool(false), Some(kind)),
            "{}",
            self.0
        );
        self.0
    }
}
