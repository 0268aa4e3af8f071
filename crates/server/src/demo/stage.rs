//! The stage: a scratch directory, a free port, the programs, and the teller.

use super::Told;
use super::provider::Provider;
use super::transcript::Transcript;
use anstyle::{AnsiColor, Style};
use serde_json::Value;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

const HEADING: Style = AnsiColor::Cyan.on_default().bold();
const TYPED: Style = Style::new().bold();
const CALL: Style = AnsiColor::Green.on_default();
const DIM: Style = Style::new().dimmed();

/// Everything that the story happens on.
pub(super) struct Stage {
    /// The provider's base URL.
    pub(super) host: String,
    /// The story as it is told.
    pub(super) transcript: Transcript,
    scratch: TempDir,
    programs: PathBuf,
    provider: Option<Provider>,
}

impl Stage {
    /// Sets an empty stage.
    pub(super) fn set() -> Told<Self> {
        let scratch = tempfile::Builder::new().prefix("countersign-demo-").tempdir();
        let scratch =
            scratch.map_err(|error| format!("there is no room for a scratch directory: {error}"))?;
        let programs = std::env::current_exe()
            .ok()
            .and_then(|program| program.parent().map(Path::to_path_buf));
        let programs = programs.ok_or("the directory of this program cannot be found")?;
        for program in ["countersign-device", "countersign-authenticator"] {
            if !programs.join(program).exists() {
                return Err(format!(
                    "{program} is not beside this program in {}; run `cargo xtask demo`, which builds all three",
                    programs.display()
                ));
            }
        }
        let host = format!("http://127.0.0.1:{}", free_port()?);
        let mut transcript = Transcript::default();
        transcript.name(&host, "http://127.0.0.1:8080");
        transcript.name(&scratch.path().display().to_string(), "/tmp/demo");
        Ok(Self {
            host,
            transcript,
            scratch,
            programs,
            provider: None,
        })
    }

    /// A place in the scratch directory.
    pub(super) fn place(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    /// Begins a chapter.
    pub(super) fn chapter(&mut self, file: &'static str, title: &'static str) {
        anstream::println!("\n{HEADING}{title}{HEADING:#}");
        self.transcript.chapter(file, title);
    }

    /// Draws a picture that only a terminal needs.
    pub(super) fn draw(&self, picture: &str) {
        for line in picture.lines() {
            anstream::println!("   {line}");
        }
    }

    /// Begins a step.
    pub(super) fn step(&mut self, heading: &str) {
        anstream::println!(
            "\n{HEADING}{}. {heading}{HEADING:#}",
            self.transcript.begin(heading)
        );
    }

    /// Says what happened.
    pub(super) fn say(&mut self, text: &str) {
        anstream::println!("   {text}");
        self.transcript.say(text);
    }

    /// Tells which calls did it, as the provider logged them. A call that it did not log is an error: the story would
    /// claim what did not happen.
    pub(super) fn tell_calls(&mut self, wanted: &[&str]) -> Told<()> {
        for call in wanted {
            let provider = self.provider.as_mut().ok_or("the provider is not up")?;
            let status = provider
                .status_of(call)
                .ok_or_else(|| format!("the provider logged no call {call}"))?;
            let line = format!("{call} → {status}");
            anstream::println!("   {CALL}{line}{CALL:#}");
            self.transcript.call(&line);
        }
        Ok(())
    }

    /// A program of ours with arguments, shown as a person would type it.
    fn typed(&mut self, program: &str, arguments: &[&str]) -> Command {
        let quoted = arguments.iter().map(|argument| quote(argument));
        let line = std::iter::once(program.to_owned())
            .chain(quoted)
            .collect::<Vec<_>>()
            .join(" ");
        anstream::println!("   {DIM}${DIM:#} {TYPED}{line}{TYPED:#}");
        self.transcript.typed(&line);
        let mut command = Command::new(self.programs.join(program));
        command.args(arguments).stdin(Stdio::null());
        command
    }

    /// Runs a program and gives what it printed.
    pub(super) fn run(&mut self, program: &str, arguments: &[&str]) -> Told<String> {
        let mut command = self.typed(program, arguments);
        finish(program, &mut command)
    }

    /// Runs a program without showing it.
    pub(super) fn run_unseen(&self, program: &str, arguments: &[&str]) -> Told<String> {
        let mut command = Command::new(self.programs.join(program));
        finish(program, command.args(arguments).stdin(Stdio::null()))
    }

    /// Shows a program's screen as a person sees it; it is not in the transcript, since it counts seconds.
    pub(super) fn show(&self, program: &str, arguments: &[&str]) -> Told<()> {
        for line in self.run_unseen(program, arguments)?.lines() {
            anstream::println!("   {DIM}│{DIM:#} {line}");
        }
        Ok(())
    }

    /// Runs a program whose output is JSON.
    pub(super) fn run_json(&mut self, program: &str, arguments: &[&str]) -> Told<Value> {
        let text = self.run(program, arguments)?;
        serde_json::from_str(&text).map_err(|error| format!("{program} did not print JSON: {error}"))
    }

    /// Starts a program that goes on beside the story.
    pub(super) fn start(&mut self, program: &str, arguments: &[&str]) -> Told<std::process::Child> {
        let mut command = self.typed(program, arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
            .spawn()
            .map_err(|error| format!("{program} cannot be started: {error}"))
    }

    /// Starts the provider and waits until it is ready.
    pub(super) async fn serve(&mut self, data: &str) -> Told<()> {
        let serve = self.typed("countersign", &["serve", "--data", data]);
        let mut provider = Provider::start(serve)?;
        let ready = format!("{}/readyz", self.host);
        while !super::service::answers(&ready).await {
            if !provider.is_up() {
                return Err(
                    "the provider ended before it was ready; run `countersign serve` by hand to see why"
                        .to_owned(),
                );
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        self.provider = Some(provider);
        Ok(())
    }

    /// Keeps the provider up and says what to try next.
    pub(super) fn stay_up(mut self) -> Told<()> {
        let programs = self.programs.display();
        let data = self.place("data").display().to_string();
        anstream::println!("\n{HEADING}The provider stays up until you press Ctrl-C.{HEADING:#}");
        anstream::println!("   issuer      {}/oidc", self.host);
        anstream::println!(
            "   discovery   {}/oidc/.well-known/openid-configuration",
            self.host
        );
        anstream::println!("   endpoints   {}/openapi.json", self.host);
        anstream::println!("   To go on:");
        anstream::println!("   {TYPED}{programs}/countersign device list --data {data}{TYPED:#}");
        anstream::println!(
            "   {TYPED}{programs}/countersign user invite user.name@OnesID1 --data {data}{TYPED:#}"
        );
        anstream::println!(
            "   {TYPED}{programs}/countersign-authenticator --store {} watch{TYPED:#}",
            self.place("phone").display()
        );
        match self.provider.as_mut() {
            Some(provider) => provider.wait(),
            None => Ok(()),
        }
    }
}

fn finish(program: &str, command: &mut Command) -> Told<String> {
    let output = command
        .output()
        .map_err(|error| format!("{program} cannot be started: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    } else {
        Err(format!(
            "{program} failed ({}): {}",
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        ))
    }
}

fn free_port() -> Told<u16> {
    let socket = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    socket
        .map(|address| address.port())
        .map_err(|error| format!("there is no free port on 127.0.0.1: {error}"))
}

/// As a shell reads it.
fn quote(argument: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@,+".contains(c);
    if !argument.is_empty() && argument.chars().all(plain) {
        argument.to_owned()
    } else {
        format!("'{argument}'")
    }
}
