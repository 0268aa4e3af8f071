//! Standard output and standard error: colours only on a terminal, foreign text only made safe.

use std::io::{self, IsTerminal as _, Write as _};

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::Error;
use crate::render::{neutralise, neutralise_json};

const PROBLEM: Style = AnsiColor::Red.on_default().bold();
const LOUD: Style = AnsiColor::Yellow.on_default().bold();

/// Where the program writes.
pub(super) struct Output {
    asks: bool,
}

impl Output {
    pub(super) fn new() -> Self {
        Self {
            asks: io::stdin().is_terminal() && io::stdout().is_terminal(),
        }
    }

    /// Whether there is a person to ask.
    pub(super) fn can_ask(&self) -> bool {
        self.asks
    }

    /// Text of ours, with foreign parts made safe already.
    pub(super) fn say(&self, text: &str) -> Result<(), Error> {
        let mut out = anstream::stdout();
        writeln!(out, "{text}")?;
        Ok(out.flush()?)
    }

    /// A question; the answer is typed behind it.
    pub(super) fn ask(&self, question: &str) -> Result<(), Error> {
        let mut out = anstream::stdout();
        write!(out, "{question} ")?;
        Ok(out.flush()?)
    }

    /// JSON with line breaks.
    pub(super) fn json(&self, value: &impl Serialize) -> Result<(), Error> {
        self.say(&neutralise_json(
            &serde_json::to_string_pretty(value).map_err(io::Error::from)?,
        ))
    }

    /// JSON on one line.
    pub(super) fn json_line(&self, value: &impl Serialize) -> Result<(), Error> {
        self.say(&neutralise_json(
            &serde_json::to_string(value).map_err(io::Error::from)?,
        ))
    }

    /// A remark beside the result, on standard error.
    pub(super) fn note(&self, text: &str) -> Result<(), Error> {
        Ok(writeln!(anstream::stderr(), "{text}")?)
    }

    /// A remark that nobody should miss, on standard error.
    pub(super) fn shout(&self, text: &str) -> Result<(), Error> {
        Ok(writeln!(anstream::stderr(), "{LOUD}{text}{LOUD:#}")?)
    }

    /// What went wrong, on standard error. It may carry text of the provider.
    pub(super) fn problem(&self, error: &Error) -> Result<(), Error> {
        let text = neutralise(&error.to_string());
        Ok(writeln!(anstream::stderr(), "{PROBLEM}error:{PROBLEM:#} {text}")?)
    }
}
