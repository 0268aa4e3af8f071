//! `status` and `doctor`.

use anstyle::{AnsiColor, Style};
use countersign_client::SystemClock;
use countersign_device::Identity;
use countersign_device::report::{Finding, FindingStatus, Findings, Status, examine};
use serde::Serialize;

use super::command::Look;
use super::error::CliError;
use super::output;

const GOOD: Style = AnsiColor::Green.on_default();
const DOUBTFUL: Style = AnsiColor::Yellow.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();

pub(crate) async fn status(look: &Look) -> Result<(), CliError> {
    let identity = Identity::load(&look.files.folders()?)?;
    let status = Status::of(&identity, look.port, &SystemClock).await;
    if look.json {
        output::json(&status)
    } else {
        output::line(&status.text())
    }
}

pub(crate) async fn doctor(look: &Look) -> Result<(), CliError> {
    #[derive(Serialize)]
    struct Report<'f> {
        ok: bool,
        findings: &'f [Finding],
    }
    let findings = examine(&look.files.folders()?, look.port, &SystemClock).await;
    let failed = findings.failed();
    if look.json {
        output::json(&Report {
            ok: failed == 0,
            findings: findings.all(),
        })?;
    } else {
        output::line(&text(&findings))?;
    }
    match failed {
        0 => Ok(()),
        failed => Err(CliError::Wrong(failed)),
    }
}

fn text(findings: &Findings) -> String {
    let lines: Vec<String> = findings.all().iter().map(line).collect();
    lines.join("\n")
}

fn line(finding: &Finding) -> String {
    let (mark, style) = match finding.status {
        FindingStatus::Ok => ('✓', GOOD),
        FindingStatus::Warning => ('!', DOUBTFUL),
        FindingStatus::Failed => ('✗', BAD),
        FindingStatus::Skipped => ('-', Style::new()),
    };
    format!("{style}{mark}{style:#} {:<13} {}", finding.check, finding.message)
}
