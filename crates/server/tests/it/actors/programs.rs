//! Programs as processes: run to their end, or talked with while they run.

use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// Longer than anything that these programs do takes on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// `countersign-device`.
pub(crate) fn device() -> Command {
    clean(&sibling("countersign-device"))
}

/// `countersign-authenticator`.
pub(crate) fn authenticator() -> Command {
    clean(&sibling("countersign-authenticator"))
}

/// A program without what the environment of the test could change about it.
pub(crate) fn clean(program: &Path) -> Command {
    let mut command = Command::new(program);
    for variable in [
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "http_proxy",
        "https_proxy",
        "all_proxy",
    ] {
        command.env_remove(variable);
    }
    command
        .env("NO_PROXY", "127.0.0.1,localhost")
        .stdin(Stdio::null());
    command
}

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A program of another crate of ours, which Cargo puts beside the server's. Cargo does not build it for this test, so
/// it is built here when it is missing; `cargo xtask test` builds all three first.
fn sibling(name: &str) -> PathBuf {
    static BUILT: OnceLock<()> = OnceLock::new();
    let server = Path::new(env!("CARGO_BIN_EXE_countersign"));
    let path = |name: &str| server.with_file_name(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    let siblings = ["countersign-device", "countersign-authenticator"];
    BUILT.get_or_init(|| {
        if !siblings.iter().all(|name| path(name).exists()) {
            let mut build = cargo();
            build.args(["build", "--locked", "--bins"]);
            build.args(siblings.iter().flat_map(|name| ["-p", name]));
            if server.parent().is_some_and(|folder| folder.ends_with("release")) {
                build.arg("--release");
            }
            run(&mut build).succeeds();
        }
    });
    path(name)
}

/// Cargo in the root of the workspace.
pub(crate) fn cargo() -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(root()).stdin(Stdio::null());
    cargo
}

/// What a program that ended said.
#[derive(Debug)]
pub(crate) struct Ran {
    status: ExitStatus,
    stdout: String,
    stderr: String,
}

/// Runs a program to its end.
pub(crate) fn run(command: &mut Command) -> Ran {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?} cannot be started: {error}"));
    Ran {
        status: output.status,
        stdout: String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
    }
}

impl Ran {
    /// Asserts exit code 0 and gives standard output.
    #[track_caller]
    pub(crate) fn succeeds(self) -> String {
        assert!(self.status.success(), "{self:?}");
        self.stdout
    }

    /// Asserts exit code 0 and reads standard output as JSON.
    #[track_caller]
    pub(crate) fn json(self) -> Value {
        let text = self.succeeds();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("this is no JSON ({error}): {text}"))
    }

    /// Asserts exit code 1 and gives standard error.
    #[track_caller]
    pub(crate) fn fails(self) -> String {
        self.fails_with(1)
    }

    /// Asserts another exit code than 0 and gives standard error.
    #[track_caller]
    pub(crate) fn fails_with(self, code: i32) -> String {
        assert_eq!(self.status.code(), Some(code), "{self:?}");
        self.stderr
    }
}

/// A program that is read line by line while it runs. It ends with this value.
pub(crate) struct Running {
    child: Child,
    lines: Receiver<String>,
}

impl Running {
    /// Starts a program.
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?} cannot be started: {error}"));
        let (sender, lines) = channel();
        let stdout = child.stdout.take().unwrap();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Self { child, lines }
    }

    /// The next line.
    #[track_caller]
    fn next_line(&mut self) -> String {
        match self.lines.recv_timeout(PATIENCE) {
            Ok(line) => line,
            Err(RecvTimeoutError::Timeout) => panic!("the program said nothing for {PATIENCE:?}"),
            Err(RecvTimeoutError::Disconnected) => panic!("the program ended early: {}", self.complaint()),
        }
    }

    /// The next line, as JSON.
    #[track_caller]
    pub(crate) fn next_json(&mut self) -> Value {
        let line = self.next_line();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("this is no JSON ({error}): {line}"))
    }

    /// What stands behind these words in the next line that begins with them.
    #[track_caller]
    pub(crate) fn next_line_after(&mut self, words: &str) -> String {
        loop {
            if let Some(rest) = self.next_line().strip_prefix(words) {
                return rest.to_owned();
            }
        }
    }

    /// The next line that tells of a kind of event; `watch` also tells what was settled elsewhere.
    #[track_caller]
    pub(crate) fn next_json_of(&mut self, event: &str) -> Value {
        loop {
            let line = self.next_json();
            if line["event"] == event {
                return line;
            }
        }
    }

    /// Waits for the end and asserts exit code 0.
    #[track_caller]
    pub(crate) fn succeeds(mut self) {
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}: {}", self.complaint());
    }

    /// Waits for the end, asserts exit code 1 and gives standard error.
    #[track_caller]
    pub(crate) fn fails(mut self) -> String {
        let status = self.child.wait().unwrap();
        assert_eq!(status.code(), Some(1));
        self.complaint()
    }

    fn complaint(&mut self) -> String {
        let mut text = String::new();
        // Asked for only after standard output ended, so the program is not going to write more.
        self.child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        text
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
