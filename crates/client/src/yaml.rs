//! The two things that `device.yml` needs of YAML: a scalar that every known reader takes for the same text, and
//! an error that names line and key.

use serde_saphyr::{Error, Location};

/// Words that YAML 1.1 readers (PyYAML among them) take for a boolean, a null or a number.
const RESERVED: [&str; 11] = [
    "y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf",
];

/// The text as a YAML scalar: plain when no reader can take it for anything but text, else in single quotes, else
/// (control characters) in double quotes.
pub(crate) fn scalar(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    if !text.chars().any(needs_escape) {
        return quoted(text);
    }
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if needs_escape(c) => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The text in single quotes; it has no control characters.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn is_plain(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && !text.ends_with(' ')
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || " ._/()+-".contains(c))
        && !RESERVED.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// YAML 1.2 §5.1 and §5.4: not printable, or a line break in some version of YAML.
fn needs_escape(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Line and key of an error in a flat mapping; 0 and an empty key when the reader does not say where.
pub(crate) fn place(text: &str, error: &Error) -> (u64, String) {
    let line = error.location().as_ref().map_or(0, Location::line);
    let key = usize::try_from(line)
        .ok()
        .and_then(|line| text.lines().nth(line.checked_sub(1)?))
        .and_then(|line| line.split_once(':'))
        .map(|(key, _)| key.trim().to_owned())
        .unwrap_or_default();
    (line, crate::words::printable(&key))
}
