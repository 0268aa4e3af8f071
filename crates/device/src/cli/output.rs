use std::io::{IsTerminal, Write, stderr, stdout};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use countersign_device::Poll;
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use serde::Serialize;

use super::error::CliError;

const ERROR: Style = AnsiColor::Red.on_default().bold();
#[cfg(unix)]
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// What is left of a longer line before (ECMA-48 §8.3.41).
const ERASE_REST: &str = "\x1b[K";
const STRONG: Style = Style::new().bold();

/// One line of result on standard output, there at once also when standard output is a pipe.
pub(crate) fn line(text: &str) -> Result<(), CliError> {
    let mut out = anstream::stdout();
    writeln!(out, "{text}")
        .and_then(|()| out.flush())
        .map_err(CliError::Output)
}

/// One line of JSON on standard output.
pub(crate) fn json(value: &impl Serialize) -> Result<(), CliError> {
    line(&serde_json::to_string(value)?)
}

/// The text in bold, where there is a terminal to show it.
pub(crate) fn strong(text: &str) -> String {
    format!("{STRONG}{text}{STRONG:#}")
}

/// Why it did not work, on standard error.
pub(crate) fn complain(error: &CliError) {
    // There is nobody left to tell when this cannot be written.
    let _ = writeln!(anstream::stderr(), "{ERROR}error:{ERROR:#} {error}");
}

/// What works but should not stay so, on standard error.
#[cfg(unix)]
pub(crate) fn warn(text: &str) {
    // There is nobody left to tell when this cannot be written.
    let _ = writeln!(anstream::stderr(), "{WARNING}warning:{WARNING:#} {text}");
}

/// The text as a QR code, when standard output is a terminal that a phone can be held to.
pub(crate) fn qr_for_terminal(text: &str) -> Option<String> {
    if stdout().is_terminal() { qr(text) } else { None }
}

fn qr(text: &str) -> Option<String> {
    // Terminals are dark more often than not: the light modules are drawn, the dark ones are the background.
    let code = QrCode::new(text).ok()?;
    Some(
        code.render::<Dense1x2>()
            .dark_color(Dense1x2::Light)
            .light_color(Dense1x2::Dark)
            .build(),
    )
}

/// Tells on standard error how the wait goes: a line that rewrites itself on a terminal, else only what goes wrong.
pub(crate) struct Progress {
    quiet: bool,
    terminal: bool,
    wait: Duration,
}

impl Progress {
    pub(crate) fn start(quiet: bool, wait: Duration) -> Self {
        let progress = Self {
            quiet,
            terminal: stderr().is_terminal(),
            wait,
        };
        progress.say(&format!(
            "Waiting at most {} for the operator's decision; Ctrl-C gives up and leaves nothing behind.\n",
            duration(wait)
        ));
        progress
    }

    pub(crate) fn poll(&self, poll: &Poll<'_>) {
        match poll.trouble {
            Some(error) => self.say(&format!("\r{error}; trying again.\n")),
            None if self.terminal => self.say(&format!("\r{}{ERASE_REST}", waiting(self.wait, poll.waited))),
            None => {}
        }
    }

    pub(crate) fn end(&self) {
        if self.terminal {
            self.say("\n");
        }
    }

    fn say(&self, text: &str) {
        if !self.quiet {
            let text = if self.terminal {
                text
            } else {
                text.trim_start_matches('\r')
            };
            let mut err = anstream::stderr();
            // Progress is a courtesy: the registration goes on when nobody reads it.
            let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
        }
    }
}

fn waiting(wait: Duration, waited: Duration) -> String {
    let left = duration(wait.saturating_sub(waited));
    format!("Still waiting ({} so far, {left} left). ", duration(waited))
}

fn duration(time: Duration) -> String {
    match (time.as_secs() / 60, time.as_secs() % 60) {
        (0, seconds) => format!("{seconds} s"),
        (minutes, 0) => format!("{minutes} min"),
        (minutes, seconds) => format!("{minutes} min {seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verification_code_becomes_a_square_of_block_characters_with_a_quiet_zone() {
        let drawn = qr("K7QX-2M4D").unwrap();
        let lines: Vec<&str> = drawn.lines().collect();
        // Version 1 has 21 modules, the quiet zone 4 on each side (ISO/IEC 18004 §9.1); two rows share a line.
        assert_eq!(lines.len(), 15);
        assert!(lines.iter().all(|line| line.chars().count() == 29));
        assert!(lines[0].chars().all(|c| c == '\u{2588}'));
    }

    #[test]
    fn whoever_waits_is_told_how_long_it_was_and_how_long_it_can_be() {
        let text = |waited| waiting(Duration::from_secs(2000), Duration::from_secs(waited));
        assert_eq!(text(40), "Still waiting (40 s so far, 32 min 40 s left). ");
        assert_eq!(text(2001), "Still waiting (33 min 21 s so far, 0 s left). ");
    }

    #[test]
    fn durations_read_like_people_say_them() {
        let texts = [59, 60, 2000].map(|seconds| duration(Duration::from_secs(seconds)));
        assert_eq!(texts, ["59 s", "1 min", "33 min 20 s"]);
    }
}
