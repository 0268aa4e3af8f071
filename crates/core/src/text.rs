//! Text that crosses a boundary: usernames and messages shown to people.

use std::fmt;

/// A username `local@organisation`, matched without regard to case (decisions.md, "Devices and operators").
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Username {
    shown: String,
    at: usize,
}

impl Username {
    /// The longest username, in bytes.
    pub const MAX_BYTES: usize = 254;

    /// Reads `local@organisation`; `None` when a part is missing, too long, or has spaces or control characters.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (local, organisation) = text.rsplit_once('@')?;
        let legal = |part: &str| {
            !part.is_empty()
                && part
                    .chars()
                    .all(|c| !c.is_control() && !c.is_whitespace() && c != '@' && !is_bidi_control(c))
        };
        (text.len() <= Self::MAX_BYTES && legal(local) && legal(organisation)).then(|| Self {
            shown: text.to_owned(),
            at: local.len(),
        })
    }

    /// The part before the `@`, folded for comparison.
    #[must_use]
    pub fn local_key(&self) -> String {
        fold(self.shown.get(..self.at).unwrap_or_default())
    }

    /// The part after the `@`, folded for comparison: a domain or an alias.
    #[must_use]
    pub fn organisation_key(&self) -> String {
        fold(self.shown.get(self.at + 1..).unwrap_or_default())
    }

    /// The username as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.shown
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

/// The form in which names are compared.
#[must_use]
pub fn fold(text: &str) -> String {
    text.to_lowercase()
}

/// Whether the text can be shown to a person as it is: no control characters, no direction overrides, no invisible
/// characters that make two different texts look alike.
#[must_use]
pub fn is_showable(text: &str) -> bool {
    !text
        .chars()
        .any(|c| c.is_control() || is_bidi_control(c) || is_invisible(c))
}

/// Replaces what [`is_showable`] refuses and cuts to `max` characters: for text that is stored for display only.
#[must_use]
pub fn showable(text: &str, max: usize) -> String {
    text.chars()
        .take(max)
        .map(|c| {
            if is_showable(c.encode_utf8(&mut [0; 4])) {
                c
            } else {
                '\u{fffd}'
            }
        })
        .collect()
}

fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{00ad}' | '\u{200b}'..='\u{200d}' | '\u{2028}' | '\u{2029}' | '\u{2060}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
        || ('\u{e0000}'..='\u{e007f}').contains(&c)
}
