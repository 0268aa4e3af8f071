//! The conversation about one request, apart from the terminal that it is held on.

use countersign_protocol::approval::{ApprovalItem, VerificationMode};

use crate::Answer;
use crate::render::neutralise;

/// What a typed line leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// Ask the (next) question.
    Ask,
    /// The person has decided.
    Decided(Answer),
    /// The person wants to decide later, or on another phone.
    Later,
}

/// Where the conversation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Verdict,
    Code,
}

/// Asks about one request until the person has decided. Nothing but a clear yes approves.
#[derive(Debug, Clone)]
pub struct Dialogue {
    mode: VerificationMode,
    shown_code: Option<String>,
    given_code: Option<String>,
    stage: Stage,
}

impl Dialogue {
    /// Starts with the verdict; a `code` that was given on the command line is not asked for again.
    #[must_use]
    pub fn new(item: &ApprovalItem, code: Option<&str>) -> Self {
        Self {
            mode: item.verification.mode,
            shown_code: item.verification.code.clone(),
            given_code: code.map(str::to_owned),
            stage: Stage::Verdict,
        }
    }

    /// What to ask now.
    #[must_use]
    pub fn question(&self) -> String {
        match (self.stage, self.mode, &self.shown_code) {
            (Stage::Verdict, VerificationMode::Compare, Some(code)) => format!(
                "Does the other screen show {}, and do you approve? [y]es, [n]o, [r]eport (not me), [l]ater:",
                neutralise(code)
            ),
            (Stage::Verdict, _, _) => "Approve? [y]es, [n]o, [r]eport (not me), [l]ater:".to_owned(),
            (Stage::Code, VerificationMode::Choose, _) => "Which code does the other screen show?".to_owned(),
            (Stage::Code, _, _) => "Type the six digits that the other screen shows:".to_owned(),
        }
    }

    /// Takes the line that the person typed.
    pub fn read(&mut self, line: &str) -> Reply {
        let line = line.trim();
        match self.stage {
            Stage::Verdict => self.verdict(line),
            Stage::Code if line.is_empty() => {
                self.stage = Stage::Verdict;
                Reply::Ask
            }
            Stage::Code => Reply::Decided(Answer::approve_with_code(line)),
        }
    }

    fn verdict(&mut self, line: &str) -> Reply {
        match line.to_ascii_lowercase().as_str() {
            "y" | "yes" => self.approve(),
            "n" | "no" => Reply::Decided(Answer::deny()),
            "r" | "report" => Reply::Decided(Answer::deny_not_me()),
            "l" | "later" => Reply::Later,
            _ => Reply::Ask,
        }
    }

    fn approve(&mut self) -> Reply {
        let needs_code = matches!(self.mode, VerificationMode::Choose | VerificationMode::Transfer);
        match self.given_code.take() {
            Some(code) => Reply::Decided(Answer::approve_with_code(code)),
            None if needs_code => {
                self.stage = Stage::Code;
                Reply::Ask
            }
            None => Reply::Decided(Answer::approve()),
        }
    }
}
