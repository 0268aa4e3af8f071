//! The provider of the story, in a process of its own; its log tells which calls were made.

use super::Told;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// How long a line of the log may follow its answer.
const LOG_FOLLOWS: Duration = Duration::from_secs(2);

/// One call that the provider answered: `METHOD route`, and the status.
struct Call {
    what: String,
    status: u64,
}

/// A running `countersign serve`. It ends with the story.
pub(super) struct Provider {
    child: Child,
    calls: Receiver<Call>,
    logged: Vec<Call>,
}

impl Provider {
    /// Starts it and follows its log.
    pub(super) fn start(mut serve: Command) -> Told<Self> {
        serve
            .env("COUNTERSIGN_LOG__FORMAT", "json")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = serve
            .spawn()
            .map_err(|error| format!("the provider cannot be started: {error}"))?;
        let (sender, calls) = channel();
        let pipes: [Option<Box<dyn std::io::Read + Send>>; 2] = [
            child.stdout.take().map(|pipe| Box::new(pipe) as _),
            child.stderr.take().map(|pipe| Box::new(pipe) as _),
        ];
        for pipe in pipes.into_iter().flatten() {
            let sender = sender.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                    if let Some(call) = read_call(&line) {
                        // A send fails when the story is over: nobody asks any more.
                        let _ = sender.send(call);
                    }
                }
            });
        }
        Ok(Self {
            child,
            calls,
            logged: Vec::new(),
        })
    }

    /// Whether it is still up.
    pub(super) fn is_up(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// The status of the latest call of a kind since it was last asked for; waits for the log to follow.
    pub(super) fn status_of(&mut self, what: &str) -> Option<u64> {
        let mut latest = self.take_logged(what);
        while latest.is_none() {
            let call = self.calls.recv_timeout(LOG_FOLLOWS).ok()?;
            self.logged.push(call);
            latest = self.take_logged(what);
        }
        latest
    }

    fn take_logged(&mut self, what: &str) -> Option<u64> {
        self.logged.extend(self.calls.try_iter());
        let latest = self
            .logged
            .iter()
            .rev()
            .find(|call| call.what == what)
            .map(|call| call.status);
        self.logged.retain(|call| call.what != what);
        latest
    }

    /// Waits until it ends.
    pub(super) fn wait(&mut self) -> Told<()> {
        self.child
            .wait()
            .map(|_| ())
            .map_err(|error| format!("the provider cannot be waited for: {error}"))
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        // Its data lives in the scratch directory of the story, so there is nothing to lose.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read_call(line: &str) -> Option<Call> {
    let line: Value = serde_json::from_str(line).ok()?;
    if line.get("message")?.as_str()? != "request" {
        return None;
    }
    let (method, route) = (line.get("method")?.as_str()?, line.get("route")?.as_str()?);
    Some(Call {
        what: format!("{method} {route}"),
        status: line.get("status")?.as_u64()?,
    })
}
