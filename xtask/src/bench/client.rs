//! Our client library under load: `crates/client/examples/bench_client.rs` as a process of its own, so that its memory
//! and its processor time are nobody else's. It runs on the generator's core, and the server has the other.

use serde::Deserialize;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use super::process::Process;
use super::sign::Service;

/// Clients that ask: each pair of a client and a person may have one request waiting.
pub(crate) const CLIENTS: usize = 16;
/// People who are asked and do not answer.
pub(crate) const PEOPLE: usize = 640;

/// The built example, and who takes part.
pub(crate) struct Client {
    program: PathBuf,
    crowd: PathBuf,
}

impl Client {
    /// Writes down who takes part: clients with their keys, and people.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn of(
        program: PathBuf,
        scratch: &Path,
        issuer: &str,
        clients: &[Service],
        people: &[String],
    ) -> Result<Self, String> {
        let clients: Vec<Value> = clients
            .iter()
            .map(|client| json!({ "client_id": client.id, "private_key": client.pem() }))
            .collect();
        let crowd = scratch.join("crowd.json");
        let text = json!({ "issuer": issuer, "clients": clients, "people": people }).to_string();
        std::fs::write(&crowd, text).map_err(|error| format!("{}: {error}", crowd.display()))?;
        Ok(Self { program, crowd })
    }

    /// Starts it where it validates a token again and again.
    ///
    /// # Errors
    /// It cannot be started.
    pub(crate) fn validate(&self, algorithm: &str, count: usize) -> Result<Running, String> {
        Running::start(&self.program, &["validate", algorithm, &count.to_string()])
    }

    /// Starts it where every client asks every person and waits for the answers.
    ///
    /// # Errors
    /// It cannot be started.
    pub(crate) fn wait(&self) -> Result<Running, String> {
        Running::start(&self.program, &["wait", &self.crowd.to_string_lossy()])
    }
}

/// What the process tells about its timed part, in microseconds.
#[derive(Deserialize)]
pub(crate) struct Told {
    elapsed: u64,
    pub(crate) latencies: Vec<u64>,
}

impl Told {
    pub(crate) const fn elapsed(&self) -> Duration {
        Duration::from_micros(self.elapsed)
    }
}

/// The process, which does one thing for each line that it is told. Dropping it stops it.
pub(crate) struct Running {
    pub(crate) process: Process,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Running {
    /// Starts it and waits until it is ready.
    fn start(program: &Path, arguments: &[&str]) -> Result<Self, String> {
        let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", program.display());
        let mut command = Command::new(program);
        command
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = command.spawn().map_err(|error| failed(&error))?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let process = Process::of(child, &program.to_string_lossy());
        let (orders, answers) = pipes.ok_or_else(|| failed(&"there are no pipes to it"))?;
        let mut running = Self {
            process,
            orders,
            answers: BufReader::new(answers),
        };
        running.answer()?;
        Ok(running)
    }

    /// Lets it do the next thing, and gives what it says of it.
    ///
    /// # Errors
    /// It ended; what went wrong stands on standard error.
    pub(crate) fn go_on(&mut self) -> Result<Value, String> {
        self.orders
            .write_all(b"go on\n")
            .map_err(|error| format!("the client's process does not listen: {error}"))?;
        self.answer()
    }

    /// The timed part.
    ///
    /// # Errors
    /// It ended, or says something else.
    pub(crate) fn timed(&mut self) -> Result<Told, String> {
        serde_json::from_value(self.go_on()?).map_err(|error| format!("the client's process: {error}"))
    }

    fn answer(&mut self) -> Result<Value, String> {
        let mut line = String::new();
        self.answers
            .read_line(&mut line)
            .map_err(|error| format!("the client's process: {error}"))?;
        serde_json::from_str(&line).map_err(|_| "the client's process ended".to_owned())
    }
}
