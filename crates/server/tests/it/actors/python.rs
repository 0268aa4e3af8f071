//! Python: the published Authlib, and the requests of the Python tools as `interop/python/recorded_shapes.py` makes them.

use super::ones_oidc::{Outcome, left_out};
use super::programs::{clean, root, run};
use super::wire::Answer;
use super::{Caller, Machine};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The environment of `interop/python/requirements.txt`.
#[derive(Clone)]
pub(crate) struct Python {
    interpreter: PathBuf,
}

/// The environment, made when it is missing; `None` when the clients of other people are left out.
pub(crate) fn python() -> Option<Python> {
    static MADE: OnceLock<()> = OnceLock::new();
    if left_out() {
        return None;
    }
    let folder = root().join("interop/target/venv");
    let interpreter = folder.join("bin/python");
    MADE.get_or_init(|| {
        if !folder.join("bin/shortuuid").exists() {
            run(Command::new("python3").args(["-m", "venv"]).arg(&folder)).succeeds();
            let mut install = Command::new(&interpreter);
            install.args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "-r",
            ]);
            run(install.arg(root().join("interop/python/requirements.txt"))).succeeds();
        }
    });
    Some(Python { interpreter })
}

impl Python {
    fn script(&self, name: &str) -> Command {
        let mut command = clean(&self.interpreter);
        command.arg(root().join("interop/python").join(name));
        command
    }

    /// Makes one call of Authlib as a machine.
    pub(crate) fn authlib(&self, machine: &Machine, call: &[&str]) -> Outcome {
        self.authlib_as(machine, &machine.key(), &[], call)
    }

    /// Makes one call of Authlib as any client, with options such as `--alg`.
    pub(crate) fn authlib_as(&self, client: &Caller, key: &Path, options: &[&str], call: &[&str]) -> Outcome {
        let mut command = self.script("authlib_driver.py");
        command.args([
            "--issuer",
            &client.issuer(),
            "--client-id",
            &client.party.client_id,
            "--private-key",
        ]);
        Outcome(run(command.arg(key).args(options).args(call)).json())
    }

    /// Makes one thing that the Python tools make.
    pub(crate) fn shape(&self, arguments: &[&str]) -> Value {
        run(self.script("recorded_shapes.py").args(arguments)).json()
    }
}

/// A request as a Python tool sends it, to be sent once or again.
pub(crate) struct Form(Value);

impl Form {
    /// A request of `recorded_shapes.py form`.
    pub(crate) fn new(shape: Value) -> Self {
        Self(shape)
    }

    /// A field of the form.
    pub(crate) fn field(&self, name: &str) -> &str {
        self.0["fields"][name].as_str().unwrap()
    }

    /// Sends it as it is, byte for byte.
    pub(crate) async fn send(&self, http: &reqwest::Client) -> Answer {
        let mut request = http.post(self.0["url"].as_str().unwrap());
        for (name, value) in self.0["headers"].as_object().unwrap() {
            request = request.header(name, value.as_str().unwrap());
        }
        Answer::to(request.body(self.0["body"].as_str().unwrap().to_owned())).await
    }
}
