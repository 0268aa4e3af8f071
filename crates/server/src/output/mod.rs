//! What commands print: tables and sentences for people, JSON for programs. Colours only on a terminal.

mod table;

pub(crate) use countersign_core::qr::picture::terminal as qr;
pub(crate) use table::{Cell, Table};

use crate::failure::Failed;
use anstyle::{AnsiColor, Style};
use serde::Serialize;
use std::io::{self, IsTerminal as _, Write as _};

/// Good: approved, active, in order.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// Somebody should look: pending, suspended.
pub(crate) const WAITING: Style = AnsiColor::Yellow.on_default();
/// Stopped or wrong.
pub(crate) const BAD: Style = AnsiColor::Red.on_default();
/// What stands out.
pub(crate) const STRONG: Style = Style::new().bold();

/// Prints a result as JSON or, for people, as text.
pub(crate) fn show(json: bool, value: &impl Serialize, text: impl FnOnce() -> String) -> Result<(), Failed> {
    if json {
        let pretty = serde_json::to_string_pretty(value).map_err(|error| {
            Failed::new(format!(
                "the result cannot be written as JSON ({error}); please report it"
            ))
        })?;
        say(&pretty)
    } else {
        say(&text())
    }
}

/// Prints text to standard output, with a line break.
pub(crate) fn say(text: &str) -> Result<(), Failed> {
    let mut out = anstream::stdout().lock();
    match writeln!(out, "{}", text.trim_end()).and_then(|()| out.flush()) {
        // The reader has seen enough: `countersign audit list | head`.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failed::new(format!(
            "standard output cannot be written ({error}); check where it goes"
        ))),
        _ => Ok(()),
    }
}

/// Prints a remark beside the result, to standard error.
pub(crate) fn note(text: &str) {
    // Nobody can be told that telling failed.
    let _unheard = writeln!(anstream::stderr(), "{text}");
}

/// Prints what went wrong, to standard error.
pub(crate) fn error(failed: &Failed) {
    let style = BAD.bold();
    note(&format!("{style}error:{style:#} {}", plain(&failed.to_string())));
}

/// Whether a person reads standard output.
pub(crate) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Text of others, for a terminal: without control characters it can do nothing there but be read.
pub(crate) fn plain(text: &str) -> String {
    countersign_core::text::showable(text, usize::MAX)
}
