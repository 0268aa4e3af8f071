//! A service of this machine that runs, and the ways to call it.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

use reqwest::{Client, RequestBuilder, redirect};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// The program while it serves; killed when it is dropped.
pub(crate) struct Serving {
    child: Child,
    out: BufReader<ChildStdout>,
    places: Vec<String>,
}

impl Serving {
    /// Starts it and waits until it listens at as many places.
    pub(crate) fn start(mut command: Command, places: usize) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let mut serving = Self {
            child,
            out,
            places: Vec::new(),
        };
        for _ in 0..places {
            serving.hear();
        }
        serving
    }

    fn hear(&mut self) {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        let place = line.trim_end().strip_prefix("listening on ");
        match place {
            Some(place) => self.places.push(place.to_owned()),
            None => panic!("`{line}` instead of a place: {}", self.complaint()),
        }
    }

    /// An address below the TCP place.
    pub(crate) fn url(&self, path: &str) -> String {
        let place = self
            .places
            .iter()
            .find(|place| place.starts_with("http://"))
            .unwrap();
        format!("{place}{path}")
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Asks it to stop and waits until it did; answers what it wrote on standard error.
    pub(crate) fn stop(mut self) -> (ExitStatus, String) {
        self.signal(Signal::TERM);
        let status = self.child.wait().unwrap();
        (status, self.complaint())
    }

    fn complaint(&mut self) -> String {
        let mut text = String::new();
        self.child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        text
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A client without proxy, certificates or redirects.
pub(crate) fn http() -> Client {
    Client::builder()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .tls_certs_only([])
        .build()
        .unwrap()
}

/// Waits for an answer.
pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(work)
}

/// Status and JSON of an answer.
pub(crate) fn answer(request: RequestBuilder) -> (u16, Value) {
    let (status, text) = block_on(async {
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    });
    let body = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{status}, {error}: `{text}`"));
    (status, body)
}

/// A request over a Unix socket, which reqwest does not speak; answers status and JSON.
pub(crate) fn over_unix(socket: &Path, request: &str) -> (u16, Value) {
    let mut stream = UnixStream::connect(socket).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap())
}

/// A `POST` of JSON as text, which closes the connection.
pub(crate) fn post(path: &str, body: &Value) -> String {
    let body = body.to_string();
    format!(
        "POST {path} HTTP/1.1\r\nHost: anything\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// Waits for what stays true once it is; the limit is for what never comes.
#[expect(
    clippy::disallowed_methods,
    reason = "a real process is waited for, in real time"
)]
pub(crate) fn wait_until(look: impl Fn() -> bool) {
    let begun = std::time::Instant::now();
    while !look() {
        assert!(
            begun.elapsed() < std::time::Duration::from_secs(30),
            "waited in vain"
        );
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}
