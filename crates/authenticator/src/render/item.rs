//! A request and a past request, as lines for a person.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use countersign_protocol::approval::{
    ApplicationShown, ApprovalItem, ApprovalKind, ApprovalStatus, ContextShown, SettledItem,
    VerificationMode, VerificationShown,
};
use countersign_protocol::consent::ConsentItem;
use jiff::Timestamp;

use super::{identity, neutralise};
use crate::Credential;

const BOLD: Style = Style::new().bold();
pub(super) const WARNING: Style = AnsiColor::Red.on_default().bold();
const CODE: Style = Style::new().bold().invert();

/// Everything that a person needs to decide, one fact a line. `now` is in Unix seconds. Styles are ANSI sequences of
/// ours; whoever prints strips them where colours do not belong.
#[must_use]
pub fn describe(item: &ApprovalItem, now: i64) -> String {
    describe_for(item, None, now)
}

/// Like [`describe`], where the phone holds the credential that a mutual sign-in asks for: it also says what of it the
/// service will not get.
#[must_use]
pub fn describe_for(item: &ApprovalItem, held: Option<&Credential>, now: i64) -> String {
    let mut text = format!("{BOLD}{}{BOLD:#}\n", headline(item));
    let mut line = |label: &str, value: &str| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {label:<13}{value}");
    };
    line("Id", &item.id.to_string());
    if let Some(mutual) = &item.mutual {
        for (label, value) in identity::lines(item, mutual, held) {
            line(label, &value);
        }
    } else {
        line("Application", &application(&item.application));
    }
    if let Some(message) = &item.binding_message {
        line("Message", &format!("{BOLD}{}{BOLD:#}", neutralise(message)));
    }
    if let Some(scopes) = item.scopes.as_ref().filter(|_| item.mutual.is_none()) {
        line("Scopes", &words(scopes));
    }
    if let Some(claims) = &item.claims {
        for (label, name) in std::iter::once("Asks for")
            .chain(std::iter::repeat(""))
            .zip(claims)
        {
            line(
                label,
                &claim(name, item.required_claims.as_deref().unwrap_or_default()),
            );
        }
    }
    if let Some(reason) = &item.reason {
        line("Reason", &neutralise(reason));
    }
    line("From", &origin(&item.context));
    line("Asked at", &neutralise(&item.context.requested_at));
    line("Time left", &time_left(item, now));
    if let Some(code) = verification(&item.verification) {
        line("Code", &code);
    }
    text
}

/// One line that names a request: what it is and who asks.
#[must_use]
pub fn headline(item: &ApprovalItem) -> String {
    format!("{} for {}", kind(item.kind), neutralise(&item.application.name))
}

/// Seconds until a request ends, 0 when it has ended, `None` when the provider's time cannot be read.
#[must_use]
pub fn seconds_left(item: &ApprovalItem, now: i64) -> Option<i64> {
    let end: Timestamp = item.expires_at.parse().ok()?;
    Some(end.as_second().saturating_sub(now).max(0))
}

/// A past request on one line.
#[must_use]
pub fn history_line(item: &SettledItem) -> String {
    let by = item
        .decided_by
        .as_deref()
        .map(|phone| format!(", by {}", neutralise(phone)))
        .unwrap_or_default();
    let message = item
        .binding_message
        .as_deref()
        .map(|text| format!(": {}", neutralise(text)))
        .unwrap_or_default();
    format!(
        "{}  {:<8}  {} for {}{message}{by}",
        neutralise(&item.settled_at),
        status(item.status),
        kind(item.kind),
        application(&item.application),
    )
}

/// The word for how an approval stands.
pub(crate) fn status(status: ApprovalStatus) -> &'static str {
    match status {
        ApprovalStatus::Pending => "pending",
        ApprovalStatus::Approved => "approved",
        ApprovalStatus::Denied => "denied",
        ApprovalStatus::Expired => "expired",
    }
}

fn kind(kind: ApprovalKind) -> &'static str {
    match kind {
        ApprovalKind::Login => "Sign-in",
        ApprovalKind::Consent => "Request for personal data",
        ApprovalKind::Mutual => "Mutual sign-in",
    }
}

fn application(application: &ApplicationShown) -> String {
    let host = match application.host.as_str() {
        "" => "no host known".to_owned(),
        host => neutralise(host),
    };
    let proof = proof(application.verified);
    format!("{} ({host}), {proof}", neutralise(&application.name))
}

/// Whether somebody proved who they are; that they did not is hard to miss.
pub(super) fn proof(verified: bool) -> String {
    if verified {
        "verified".to_owned()
    } else {
        format!("{WARNING}NOT VERIFIED{WARNING:#}")
    }
}

fn origin(context: &ContextShown) -> String {
    let parts = [&context.ip, &context.place, &context.user_agent];
    let known: Vec<_> = parts.into_iter().flatten().map(|part| neutralise(part)).collect();
    if known.is_empty() {
        "unknown".to_owned()
    } else {
        known.join(", ")
    }
}

fn time_left(item: &ApprovalItem, now: i64) -> String {
    match seconds_left(item, now) {
        Some(0) => "none, it has ended".to_owned(),
        Some(seconds) => format!("{seconds} s"),
        None => "unknown".to_owned(),
    }
}

fn verification(verification: &VerificationShown) -> Option<String> {
    match verification.mode {
        VerificationMode::None => None,
        VerificationMode::Compare => {
            let code = neutralise(verification.code.as_deref().unwrap_or("missing"));
            Some(format!(
                "{CODE} {code} {CODE:#}  approve only if the other screen shows the same"
            ))
        }
        VerificationMode::Choose => {
            let choices: Vec<_> = verification
                .choices
                .iter()
                .flatten()
                .map(|choice| format!("{CODE} {} {CODE:#}", neutralise(choice)))
                .collect();
            Some(format!(
                "{}  one of these is on the other screen",
                choices.join("  ")
            ))
        }
        VerificationMode::Transfer => {
            Some("six digits, on the other screen: type them to approve".to_owned())
        }
    }
}

/// One piece of personal data, and whether the person may leave it out.
fn claim(name: &str, required: &[String]) -> String {
    let need = if required.iter().any(|required| required == name) {
        "required"
    } else {
        "optional"
    };
    format!("{}  ({need})", neutralise(name))
}

/// A consent that the person gave, as lines for them.
#[must_use]
pub fn describe_consent(consent: &ConsentItem) -> String {
    let mut text = format!("{BOLD}{}{BOLD:#}\n", neutralise(&consent.application.name));
    let mut line = |label: &str, value: &str| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {label:<13}{value}");
    };
    let names: Vec<String> = consent.names.iter().map(ToString::to_string).collect();
    line("Id", &consent.id.to_string());
    line("Application", &application(&consent.application));
    line("Given", &words(&names));
    line("Reason", &neutralise(&consent.reason));
    line("Given at", &neutralise(&consent.granted_at));
    if let Some(at) = &consent.revoked_at {
        line("Taken back", &neutralise(at));
    }
    text
}

fn words(list: &[String]) -> String {
    list.iter()
        .map(|word| neutralise(word))
        .collect::<Vec<_>>()
        .join(" ")
}
