//! `countersign doctor`: whether everything is in order, and what to do where it is not.

mod checks;
mod identity;
mod push;
mod server;

use crate::cli::Operator;
use crate::failure::Failed;
use crate::output::{BAD, GOOD, WAITING};
use anstyle::Style;
use serde::Serialize;
use std::fmt::Write as _;

const EXAMPLES: &str = "\
Examples:
  countersign doctor --data ./data
  countersign doctor --data ./data --json
  countersign doctor push --data ./data
      Only push messages: every dead letter, and whether the push services can be reached; nothing is sent to a phone.
Exit code 1 when something is wrong; a warning alone is none.";

/// Look whether everything is in order.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    at: Operator,
    #[command(subcommand)]
    only: Option<Only>,
}

#[derive(Debug, clap::Subcommand)]
enum Only {
    /// Only push messages, thoroughly
    Push,
}

/// How one thing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Ok,
    Warning,
    Failed,
    Skipped,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Finding {
    check: &'static str,
    status: Status,
    message: String,
}

/// What was found, in the order of looking.
#[derive(Debug, Default)]
struct Findings(Vec<Finding>);

/// The answer for programs.
#[derive(Debug, Serialize)]
struct Report<'f> {
    ok: bool,
    findings: &'f [Finding],
}

impl Findings {
    fn add(&mut self, check: &'static str, status: Status, message: impl Into<String>) {
        self.0.push(Finding {
            check,
            status,
            message: message.into(),
        });
    }

    /// Adds what a check found out, or why it failed; hands the result on.
    fn take<T>(
        &mut self,
        check: &'static str,
        result: Result<T, Failed>,
        message: impl FnOnce(&T) -> String,
    ) -> Option<T> {
        match result {
            Ok(value) => {
                self.add(check, Status::Ok, message(&value));
                Some(value)
            }
            Err(failed) => {
                self.add(check, Status::Failed, failed.to_string());
                None
            }
        }
    }

    fn failed(&self) -> usize {
        self.0
            .iter()
            .filter(|finding| finding.status == Status::Failed)
            .count()
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for finding in &self.0 {
            let (mark, style) = match finding.status {
                Status::Ok => ('✓', GOOD),
                Status::Warning => ('!', WAITING),
                Status::Failed => ('✗', BAD),
                Status::Skipped => ('-', Style::new()),
            };
            let _infallible = writeln!(
                text,
                "{style}{mark}{style:#} {:<14} {}",
                finding.check, finding.message
            );
        }
        text
    }
}

/// Runs `countersign doctor`.
pub(crate) async fn run(args: &Args) -> Result<(), Failed> {
    let findings = match args.only {
        None => checks::run(&args.at.data()?, args.at.config.as_deref()).await,
        Some(Only::Push) => {
            let mut findings = Findings::default();
            push::run(&mut findings, &args.at.open().await?.provider, true).await;
            findings
        }
    };
    let report = Report {
        ok: findings.failed() == 0,
        findings: &findings.0,
    };
    args.at.show(&report, || findings.text())?;
    match findings.failed() {
        0 => Ok(()),
        1 => Err(Failed::new(
            "one thing is wrong; the line that begins with ✗ says what to do",
        )),
        many => Err(Failed::new(format!(
            "{many} things are wrong; the lines that begin with ✗ say what to do"
        ))),
    }
}
