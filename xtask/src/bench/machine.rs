//! Facts about the machine: without them a figure says nothing.

use std::path::Path;
use std::process::Command;

use super::cores::Cores;
use super::peer;
use crate::step;

/// Name and value, in the order of the report.
///
/// # Errors
/// The date is not to be had.
pub(crate) fn facts(
    scratch: &Path,
    node: Option<&Path>,
    cores: &Cores,
    date: Option<&str>,
) -> Result<Vec<(&'static str, String)>, String> {
    let date = match date {
        Some(date) => date.to_owned(),
        None => says("date", &["-u", "+%F"]).ok_or("`date` gives no date; hand one in with --date")?,
    };
    let mut facts = vec![("date", date)];
    let mut fact =
        |name, value: Option<String>| facts.push((name, value.unwrap_or_else(|| "not known".to_owned())));
    fact("commit", commit());
    fact("CPU", field("/proc/cpuinfo", "model name"));
    fact("cores", Some(pinning(cores)));
    fact("memory", field("/proc/meminfo", "MemTotal"));
    fact(
        "kernel",
        std::fs::read_to_string("/proc/sys/kernel/osrelease")
            .ok()
            .map(|text| text.trim().to_owned()),
    );
    fact("file system of the database", file_system(scratch));
    fact("load before the run (1, 5, 15 min)", load_average());
    fact("rustc", says("rustc", &["--version"]));
    if let Some(node) = node {
        fact("node", says(node, &["--version"]));
        fact("oidc-provider", peer::version());
    }
    Ok(facts)
}

fn says(program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(step::root())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}

fn commit() -> Option<String> {
    let commit = says("git", &["rev-parse", "--short=12", "HEAD"])?;
    let changed = says("git", &["status", "--porcelain", "--untracked-files=no"]).is_some();
    Some(if changed {
        format!("{commit}, with changes")
    } else {
        commit
    })
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.split_once(':').map(|(_, value)| value.trim().to_owned())
}

fn pinning(cores: &Cores) -> String {
    match cores.pair() {
        Some((server, generator)) => format!(
            "{} usable; server on core {server}, generator on core {generator}",
            cores.count()
        ),
        None => format!(
            "{} usable; NOT pinned: server and generator share them",
            cores.count()
        ),
    }
}

fn load_average() -> Option<String> {
    let text = std::fs::read_to_string("/proc/loadavg").ok()?;
    Some(
        text.split_ascii_whitespace()
            .take(3)
            .collect::<Vec<_>>()
            .join(" "),
    )
}

/// The type of the mount with the longest path that the directory stands in.
fn file_system(directory: &Path) -> Option<String> {
    let directory = directory.canonicalize().ok()?;
    let mounts = std::fs::read_to_string("/proc/mounts").ok()?;
    let holding = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        let (point, kind) = (words.next()?, words.next()?);
        directory.starts_with(point).then_some((point.len(), kind))
    });
    holding
        .max_by_key(|(length, _)| *length)
        .map(|(_, kind)| kind.to_owned())
}
