//! The conversation about one request, apart from the terminal that it is held on.

use std::collections::BTreeSet;

use countersign_protocol::approval::{ApprovalItem, ApprovalKind, VerificationMode};

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
    Part,
    Code,
}

/// Asks about one request until the person has decided. Nothing but a clear yes approves.
#[derive(Debug, Clone)]
pub struct Dialogue {
    mode: VerificationMode,
    shown_code: Option<String>,
    given_code: Option<String>,
    /// What may be granted one by one.
    parts: Vec<String>,
    granted: Option<Vec<String>>,
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
            parts: parts(item),
            granted: None,
            stage: Stage::Verdict,
        }
    }

    /// What to ask now.
    #[must_use]
    pub fn question(&self) -> String {
        let choices = if self.parts.is_empty() {
            "[y]es, [n]o, [r]eport (not me), [l]ater:"
        } else {
            "[y]es, [p]art of it, [n]o, [r]eport (not me), [l]ater:"
        };
        match (self.stage, self.mode, &self.shown_code) {
            (Stage::Verdict, VerificationMode::Compare, Some(code)) => format!(
                "Does the other screen show {}, and do you approve? {choices}",
                neutralise(code)
            ),
            (Stage::Verdict, _, _) => format!("Approve? {choices}"),
            (Stage::Part, _, _) => self.which_part(),
            (Stage::Code, VerificationMode::Choose, _) => "Which code does the other screen show?".to_owned(),
            (Stage::Code, _, _) => "Type the six digits that the other screen shows:".to_owned(),
        }
    }

    /// Takes the line that the person typed.
    pub fn read(&mut self, line: &str) -> Reply {
        let line = line.trim();
        match self.stage {
            Stage::Verdict => self.verdict(line),
            Stage::Part | Stage::Code if line.is_empty() => {
                self.granted = None;
                self.stage = Stage::Verdict;
                Reply::Ask
            }
            Stage::Part => self.part(line),
            Stage::Code => self.decided(Some(line.to_owned())),
        }
    }

    fn verdict(&mut self, line: &str) -> Reply {
        match line.to_ascii_lowercase().as_str() {
            "y" | "yes" => self.approve(),
            "p" | "part" if !self.parts.is_empty() => {
                self.stage = Stage::Part;
                Reply::Ask
            }
            "n" | "no" => Reply::Decided(Answer::deny()),
            "r" | "report" => Reply::Decided(Answer::deny_not_me()),
            "l" | "later" => Reply::Later,
            _ => Reply::Ask,
        }
    }

    fn approve(&mut self) -> Reply {
        let needs_code = matches!(self.mode, VerificationMode::Choose | VerificationMode::Transfer);
        match self.given_code.take() {
            Some(code) => self.decided(Some(code)),
            None if needs_code => {
                self.stage = Stage::Code;
                Reply::Ask
            }
            None => self.decided(None),
        }
    }

    fn decided(&mut self, code: Option<String>) -> Reply {
        Reply::Decided(Answer {
            code,
            granted: self.granted.take(),
            ..Answer::approve()
        })
    }

    fn which_part(&self) -> String {
        let numbered = self.parts.iter().zip(1..);
        let parts: Vec<String> = numbered
            .map(|(part, number)| format!("{number} {}", neutralise(part)))
            .collect();
        format!("Which? {}. Type numbers, such as 1,2:", parts.join(", "))
    }

    /// Numbers, not names: nobody should grant more by a slip than they read.
    fn part(&mut self, line: &str) -> Reply {
        let chosen = |number: &str| {
            let number: usize = number.trim().parse().ok()?;
            self.parts.get(number.checked_sub(1)?).cloned()
        };
        let granted: Option<Vec<String>> = line.split(',').map(chosen).collect();
        let names = granted.iter().flatten().collect::<BTreeSet<_>>().len();
        match granted {
            Some(granted) if granted.len() == names => {
                self.granted = Some(granted);
                self.approve()
            }
            _ => Reply::Ask,
        }
    }
}

/// The personal data or the claims about a person that are asked for; nothing where there is no choice, or where scopes
/// only say how tokens are made.
fn parts(item: &ApprovalItem) -> Vec<String> {
    let asked = match item.kind {
        ApprovalKind::Login => &None,
        ApprovalKind::Consent => &item.claims,
        ApprovalKind::Mutual => &item.scopes,
    };
    let asked = asked.as_ref().filter(|asked| asked.len() > 1);
    asked.cloned().unwrap_or_default()
}
