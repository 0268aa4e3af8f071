//! Reading the settings: one file, and over it the environment. What is wrong is told with its place: file, line and
//! key, or the name of the variable.

use super::settings::Settings;
use crate::failure::Failed;
use figment::Figment;
use figment::error::{Kind, OneOf};
use figment::providers::{Env, Serialized};
use std::path::Path;

/// Begins every environment variable of ours.
const PREFIX: &str = "COUNTERSIGN_";

/// Variables with the prefix that are no settings: arguments of commands, and the sealing key itself.
const NO_SETTINGS: [&str; 3] = ["data", "config", "sealing_key"];

/// Variables with the prefix that are not for this program: those of the programs for machines and phones, and those
/// that Kubernetes sets in every container beside a service named `countersign`.
const NOT_OURS: [&str; 4] = ["authenticator_", "device_", "service_", "port"];

/// Reads the settings of a file and of the environment.
pub(super) fn read(file: &Path, text: &str) -> Result<Settings, Failed> {
    // The file is read on its own first: once it is merged, nothing knows its lines any more.
    toml::from_str::<Settings>(text).map_err(|error| in_file(file, text, &error))?;
    let table: toml::Table = toml::from_str(text).map_err(|error| in_file(file, text, &error))?;
    let environment = Env::prefixed(PREFIX)
        .filter(|name| is_setting(name.as_str()))
        .split("__");
    // The defaults lie below, so that a variable can set one number of a rate.
    Figment::from(Serialized::defaults(Settings::default()))
        .merge(Serialized::defaults(table))
        .merge(environment)
        .extract()
        .map_err(|error| in_environment(&error))
}

/// Where a setting stands: in the environment, or else in the file.
pub(super) fn place(file: &Path, key: &str) -> String {
    let variable = variable(key.split('.'));
    if std::env::var_os(&variable).is_some() {
        return format!("environment variable {variable}");
    }
    file.display().to_string()
}

fn variable<'k>(path: impl Iterator<Item = &'k str>) -> String {
    PREFIX.to_owned() + &path.collect::<Vec<_>>().join("__").to_uppercase()
}

fn is_setting(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    !NO_SETTINGS.contains(&name.as_str()) && !NOT_OURS.iter().any(|program| name.starts_with(program))
}

fn in_file(file: &Path, text: &str, error: &toml::de::Error) -> Failed {
    let (before, rest) = text
        .split_at_checked(error.span().map_or(0, |span| span.start))
        .unwrap_or((text, ""));
    let number = before.matches('\n').count() + 1;
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line =
        before.get(line_start..).unwrap_or_default().to_owned() + rest.lines().next().unwrap_or_default();
    let key = key(before, &line);
    let message = error.message().replace('\n', "; ");
    let place = format!("{}:{number}: ", file.display());
    Failed::new(match (message.strip_prefix("unknown field "), key) {
        (Some(unknown), Some(key)) => match unknown.split_once(", ") {
            Some((_, expected)) => format!("{place}unknown key {key}; {expected}"),
            None => format!("{place}unknown key {key}"),
        },
        (_, Some(key)) => format!("{place}{key}: {message}"),
        (_, None) => format!("{place}{message}"),
    })
}

/// The key of a line with its section before it.
fn key(before: &str, line: &str) -> Option<String> {
    let heading = |line: &str| {
        let inside = line.trim().strip_prefix('[')?.split(']').next()?;
        (!inside.contains(['=', '"', ','])).then(|| inside.trim().to_owned())
    };
    if let Some(section) = heading(line) {
        return Some(section);
    }
    let name = line.split_once('=')?.0.trim();
    let whole_lines = before.rsplit_once('\n').map_or("", |(whole, _)| whole);
    let section = whole_lines.lines().rev().find_map(heading);
    Some(section.map_or_else(|| name.to_owned(), |section| format!("{section}.{name}")))
}

fn in_environment(error: &figment::Error) -> Failed {
    let message = match &error.kind {
        Kind::UnknownField(_, expected) => format!("there is no such setting; expected {}", OneOf(expected)),
        kind => kind.to_string(),
    };
    let variable = variable(error.path.iter().map(String::as_str));
    Failed::new(format!("environment variable {variable}: {message}"))
}
