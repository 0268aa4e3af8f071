//! A machine: registered by `countersign-device`, approved by an operator, it then asks people to sign in.

use super::programs::{self, Running, run};
use super::wire::{Caller, text};
use crate::support::TestServer;
use countersign_jose::PrivateKey;
use countersign_testkit::Party;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A registered machine with its files.
pub(crate) struct Machine {
    /// Its client.
    pub(crate) caller: Caller,
    /// Its device id.
    pub(crate) device_id: String,
    folder: TempDir,
}

impl Machine {
    /// A server with an RSA key, as the published clients need it.
    pub(crate) fn register(server: &TestServer) -> Self {
        Self::register_as(server, "RSA:2048", "SERVER", "Example.com")
    }

    /// A machine with a kind of key, a role and a title.
    pub(crate) fn register_as(server: &TestServer, key_type: &str, role: &str, title: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let mut registration =
            Registration::begin(&folder, server.host(), &["-k", key_type, "-r", role, "-t", title]);
        server.command(["device", "approve", &registration.code]);
        registration.approved(&folder);
        Self::of(server.host(), folder)
    }

    /// A machine whose files are there.
    pub(crate) fn of(host: &str, folder: TempDir) -> Self {
        let config = std::fs::read_to_string(folder.path().join("device.yml")).unwrap();
        let key = PrivateKey::from_pem(&std::fs::read_to_string(folder.path().join("private.pem")).unwrap())
            .unwrap();
        let algorithm = key.public().natural_algorithm();
        let party = Party {
            client_id: entry(&config, "client_id"),
            key,
            algorithm,
        };
        Self {
            caller: Caller::new(party, host),
            device_id: entry(&config, "id"),
            folder,
        }
    }

    /// `device.yml`.
    pub(crate) fn config(&self) -> PathBuf {
        self.folder.path().join("device.yml")
    }

    /// `private.pem`.
    pub(crate) fn key(&self) -> PathBuf {
        self.folder.path().join("private.pem")
    }

    /// Where its files are.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What `countersign-device` prints for an operation on this machine.
    pub(crate) fn says(&self, operation: &[&str]) -> String {
        run(in_folder(&self.folder).args(operation)).succeeds()
    }

    /// What it complains of, for an operation that has to fail.
    pub(crate) fn fails(&self, operation: &[&str]) -> String {
        let output = in_folder(&self.folder).args(operation).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    }
}

impl Deref for Machine {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.caller
    }
}

/// A registration that waits for an operator.
pub(crate) struct Registration {
    program: Running,
    /// The verification code that the machine prints.
    pub(crate) code: String,
    /// The fingerprint that it prints.
    pub(crate) thumbprint: String,
}

impl Registration {
    /// Starts `countersign-device -o INIT` as the documents say, with further options.
    pub(crate) fn begin(folder: &TempDir, host: &str, further: &[&str]) -> Self {
        Self::begin_by(in_folder(folder), host, further)
    }

    /// The same with a command of the test's making.
    pub(crate) fn begin_by(mut command: Command, host: &str, further: &[&str]) -> Self {
        command.args(["-o", "INIT", "-a", host, "-dn", "onesid1.com", "-l", "Bangkok"]);
        command.args(["--poll-interval", "0.05", "--json"]).args(further);
        let mut program = Running::start(command);
        let pending = program.next_json();
        assert_eq!(pending["status"], "pending");
        Self {
            program,
            code: text(&pending, "verificationCode"),
            thumbprint: text(&pending, "thumbprint"),
        }
    }

    /// Waits until the machine learned that it is refused, and gives what it says.
    pub(crate) fn fails(self) -> String {
        self.program.fails()
    }

    /// Waits until the machine learned that it is approved and wrote its files.
    pub(crate) fn approved(&mut self, folder: &TempDir) {
        assert_eq!(self.program.next_json()["status"], "approved");
        assert!(folder.path().join("device.yml").exists());
    }
}

/// `countersign-device` on the files of a folder.
pub(crate) fn in_folder(folder: &TempDir) -> Command {
    let mut command = programs::device();
    command
        .arg("-kd")
        .arg(folder.path())
        .arg("-cd")
        .arg(folder.path());
    command
}

/// An entry of a flat YAML file.
fn entry(yaml: &str, key: &str) -> String {
    let value = yaml
        .lines()
        .find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
    value
        .unwrap_or_else(|| panic!("there is no {key} in {yaml}"))
        .trim()
        .trim_matches(['\'', '"'])
        .to_owned()
}
