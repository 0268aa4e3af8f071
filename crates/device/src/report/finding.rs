use serde::Serialize;

/// How one thing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FindingStatus {
    /// In order.
    Ok,
    /// It works, but not as it should.
    Warning,
    /// It does not work, or is not safe.
    Failed,
    /// Could not be looked at, or does not concern this machine.
    Skipped,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub check: &'static str,
    /// How it stands.
    pub status: FindingStatus,
    /// What was seen, and what to do when it is not in order.
    pub message: String,
}

/// What was found, in the order of looking.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// Everything that was found.
    #[must_use]
    pub fn all(&self) -> &[Finding] {
        &self.0
    }

    /// How many things are wrong; a warning is none.
    #[must_use]
    pub fn failed(&self) -> usize {
        let failed = |finding: &&Finding| finding.status == FindingStatus::Failed;
        self.0.iter().filter(failed).count()
    }

    pub(super) fn add(&mut self, check: &'static str, status: FindingStatus, message: impl Into<String>) {
        self.0.push(Finding {
            check,
            status,
            message: message.into(),
        });
    }

    pub(super) fn ok(&mut self, check: &'static str, message: impl Into<String>) {
        self.add(check, FindingStatus::Ok, message);
    }

    pub(super) fn warn(&mut self, check: &'static str, message: impl Into<String>) {
        self.add(check, FindingStatus::Warning, message);
    }

    pub(super) fn fail(&mut self, check: &'static str, message: impl Into<String>) {
        self.add(check, FindingStatus::Failed, message);
    }

    pub(super) fn skip(&mut self, check: &'static str, message: impl Into<String>) {
        self.add(check, FindingStatus::Skipped, message);
    }
}
