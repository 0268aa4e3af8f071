//! A whole server: `init` in a directory of its own, then `serve` on a port of its own.

use super::{Program, Ran, wait_for};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus};
use std::sync::atomic::{AtomicU16, Ordering};
use tempfile::TempDir;

/// A server and its data directory. It is killed when it is dropped.
///
/// ```ignore
/// let server = TestServer::start();
/// let server = TestServer::prepare().with_config("[lifetime]\nciba_request = \"1s\"").started();
/// let pending = server.command(["device", "list", "--status", "pending"]);
/// ```
pub(crate) struct TestServer {
    directory: TempDir,
    address: SocketAddr,
    host: String,
    first: Value,
    environment: Vec<(String, String)>,
    child: Option<Child>,
}

impl TestServer {
    /// A running server with the default configuration, organisation `onesid1.com` with alias `OnesID1`.
    pub(crate) fn start() -> Self {
        Self::prepare().started()
    }

    /// A directory that was initialised, with nothing running on it yet.
    pub(crate) fn prepare() -> Self {
        Self::prepare_at("http")
    }

    /// The same with the scheme of the public URL; `https` needs `[tls]` in the configuration.
    pub(crate) fn prepare_at(scheme: &str) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let address = free_address();
        let host = format!("{scheme}://{address}");
        let mut server = Self {
            directory,
            address,
            host,
            first: Value::Null,
            environment: Vec::new(),
            child: None,
        };
        server.first = Program::new(["init", "--domain", "onesid1.com", "--alias", "OnesID1", "--json"])
            .env("COUNTERSIGN_DATA", server.data())
            .arg("--public-url")
            .arg(&server.host)
            .json();
        server.with_config("")
    }

    /// Replaces the configuration: the public URL and the address, then this text. Settings without a section stand
    /// before the first `[section]`.
    pub(crate) fn with_config(self, toml: &str) -> Self {
        let known = format!("public_url = {:?}\nlisten = \"{}\"\n", self.host, self.address);
        fs::write(self.data().join("countersign.toml"), known + toml).expect("a configuration");
        self
    }

    /// An environment variable for the server (not for commands).
    pub(crate) fn with_env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Starts it, and waits until it listens.
    pub(crate) fn started(mut self) -> Self {
        self.start_again();
        self
    }

    /// Kills it, if it runs, and starts it again on the same directory and port.
    pub(crate) fn restart(&mut self) {
        self.kill_hard();
        self.start_again();
    }

    fn start_again(&mut self) {
        let output = |name| File::create(self.directory.path().join(name)).expect("a file for output");
        let mut serve = Program::new(["serve", "--data"]).into_command();
        serve.arg(self.data()).envs(self.environment.iter().cloned());
        serve.stdout(output("stdout")).stderr(output("stderr"));
        let mut child = serve.spawn().expect("the program starts");
        wait_for("the server to listen", || {
            if let Some(status) = child.try_wait().expect("a child") {
                panic!("the server ended with {status}: {}", self.log());
            }
            (self.line("listening on ").is_some() || self.log().contains("listening on ")).then_some(())
        });
        self.child = Some(child);
    }

    /// Kills it with SIGKILL, as a power cut would.
    pub(crate) fn kill_hard(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("a child to kill");
            child.wait().expect("a killed child");
        }
    }

    /// Asks it to stop with SIGTERM and waits until it did.
    pub(crate) fn stop(&mut self) -> ExitStatus {
        self.signal(Signal::TERM);
        self.child
            .take()
            .expect("a running server")
            .wait()
            .expect("a stopped server")
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        let child = self.child.as_ref().expect("a running server");
        kill_process(Pid::from_child(child), signal).expect("a signal");
    }

    /// Runs an operator command on its directory; it must succeed. Returns its JSON.
    pub(crate) fn command<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Value {
        self.program(args).arg("--json").json()
    }

    /// Runs an operator command on its directory, whatever comes of it, without `--json`.
    pub(crate) fn try_command<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Ran {
        self.program(args).run()
    }

    /// An operator command on its directory.
    pub(crate) fn program<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Program {
        Program::new(args).env("COUNTERSIGN_DATA", self.data())
    }

    /// The base URL, without trailing slash.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// The issuer.
    pub(crate) fn issuer(&self) -> String {
        format!("{}/oidc", self.host)
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The data directory.
    pub(crate) fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// A place for the test's own files.
    pub(crate) fn scratch(&self) -> &Path {
        self.directory.path()
    }

    /// What `init --json` printed: the first person's username and invitation.
    pub(crate) fn first(&self) -> &Value {
        &self.first
    }

    /// Its log so far.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.directory.path().join("stderr")).unwrap_or_default()
    }

    /// The rest of the line on its standard output that begins with a text.
    pub(crate) fn line(&self, beginning: &str) -> Option<String> {
        let stdout = fs::read_to_string(self.directory.path().join("stdout")).unwrap_or_default();
        // A line without its end is not yet whole.
        let whole = stdout.rsplit_once('\n')?.0.to_owned();
        whole
            .lines()
            .find_map(|line| Some(line.strip_prefix(beginning)?.to_owned()))
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.kill_hard();
    }
}

/// A port that nobody listens on now. The public URL must be known before the server runs, so the port is too. It lies
/// below the ports that the system gives to outgoing connections, so none of those can take it in between.
pub(crate) fn free_address() -> SocketAddr {
    static TAKEN: AtomicU16 = AtomicU16::new(0);
    let first = u16::try_from(std::process::id() % 120).unwrap_or(0) * 100;
    loop {
        let port = 20_000 + (first + TAKEN.fetch_add(1, Ordering::SeqCst)) % 12_000;
        if let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            return listener.local_addr().expect("its address");
        }
    }
}
