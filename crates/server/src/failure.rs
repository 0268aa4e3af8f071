//! Why a command ended without its result: one sentence that says what to do, and an exit code.

use countersign_core::{Failure, Fault, Refusal};
use std::error::Error;
use std::fmt;
use std::process::ExitCode;

/// Why a command did not do what was asked.
#[derive(Debug)]
pub(crate) struct Failed {
    sentence: String,
    usage: bool,
}

impl Failed {
    /// Refused or failed: exit code 1.
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self {
            sentence: sentence.into(),
            usage: false,
        }
    }

    /// Wrong usage: exit code 2.
    pub(crate) fn usage(sentence: impl Into<String>) -> Self {
        Self {
            sentence: sentence.into(),
            usage: true,
        }
    }

    /// A fault with its cause.
    pub(crate) fn fault(fault: &Fault) -> Self {
        let mut sentence = fault.to_string();
        if let Some(cause) = fault.source() {
            sentence = format!("{sentence} ({cause})");
        }
        Self::new(sentence)
    }

    /// The exit code.
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(if self.usage { 2 } else { 1 })
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl Error for Failed {}

impl From<Failure> for Failed {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refusal(refusal) => refusal.into(),
            Failure::Fault(fault) => Self::fault(&fault),
        }
    }
}

impl From<Refusal> for Failed {
    fn from(refusal: Refusal) -> Self {
        Self::new(refusal.description)
    }
}

impl From<Fault> for Failed {
    fn from(fault: Fault) -> Self {
        Self::fault(&fault)
    }
}
