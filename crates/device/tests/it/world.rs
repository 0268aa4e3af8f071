//! One machine: two folders in a scratch directory, and the program run on them.

use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

use crate::provider::{CLIENT_ID, DEVICE_ID};

pub(crate) struct Machine {
    pub(crate) dir: TempDir,
}

impl Machine {
    pub(crate) fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.dir.path().join("etc/px-device-identity")
    }

    pub(crate) fn keys(&self) -> PathBuf {
        self.dir.path().join("root/px-device-identity")
    }

    /// The program with this machine's folders, no proxy and no colour from the environment of whoever tests.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = program(args);
        command.arg("-cd").arg(self.config()).arg("-kd").arg(self.keys());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        Ran::of(&self.command(args).output().unwrap())
    }

    /// INIT at this host, polling without a pause.
    pub(crate) fn init(&self, host: &str, more: &[&str]) -> Ran {
        Ran::of(&self.init_command(host, more).output().unwrap())
    }

    pub(crate) fn start_init(&self, host: &str, more: &[&str]) -> Child {
        self.init_command(host, more)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    fn init_command(&self, host: &str, more: &[&str]) -> Command {
        let base = [
            "-o",
            "INIT",
            "-a",
            host,
            "-dn",
            "onesid1.com",
            "--poll-interval",
            "0.01",
        ];
        self.command(&[&base[..], more].concat())
    }

    /// A `device.yml` of a registered machine with these lines about its key.
    pub(crate) fn write_config(&self, key: &str) {
        std::fs::create_dir_all(self.config()).unwrap();
        let text = format!(
            "client_id: {CLIENT_ID}\nconfig_version: 0.0.3\ndomain: onesid1.com\nhost: http://127.0.0.1:1\nid: {DEVICE_ID}\n\
             initiated_on: '2025-01-31 09:05:00.000000'\nis_managed: true\n{key}location: Bangkok\nrole: server\ntitle: web-1\n"
        );
        std::fs::write(self.config().join("device.yml"), text).unwrap();
    }

    pub(crate) fn read(&self, file: PathBuf) -> String {
        std::fs::read_to_string(file).unwrap()
    }

    /// Every path below the scratch directory: empty means that nothing was left behind.
    pub(crate) fn everything(&self) -> Vec<PathBuf> {
        std::fs::read_dir(self.dir.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect()
    }

    #[cfg(unix)]
    pub(crate) fn mode(&self, path: PathBuf) -> u32 {
        use std::os::unix::fs::PermissionsExt;
        std::fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }
}

/// The program without folders.
pub(crate) fn program(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign-device"));
    for name in [
        "HTTP_PROXY",
        "http_proxy",
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
    ] {
        command.env_remove(name);
    }
    command.args(args);
    command
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn of(output: &Output) -> Self {
        Self {
            code: output.status.code().expect("ended by a signal"),
            out: String::from_utf8(output.stdout.clone()).unwrap(),
            err: String::from_utf8(output.stderr.clone()).unwrap(),
        }
    }

    /// The run succeeded: its standard output.
    #[track_caller]
    pub(crate) fn done(self) -> String {
        assert_eq!(self.code, 0, "{}", self.err);
        self.out
    }

    /// The run failed with this exit code and a message with this text.
    #[track_caller]
    pub(crate) fn refused(&self, code: i32, text: &str) {
        assert_eq!(self.code, code, "{self:?}");
        assert!(self.err.contains(text), "`{text}` is not in: {}", self.err);
    }
}
