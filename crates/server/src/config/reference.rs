//! The settings, written for people: the example file, the file that `init` makes, and the reference.

use super::Settings;
use super::settings::{Group, Key};
use std::fmt::Write as _;

/// A complete file with every setting and its default, all of it commented out but `public_url`.
pub(crate) fn example() -> String {
    let mut text = String::from(
        "# Configuration of Countersign. Every setting is here; those behind a # have the value that is shown.\n\
         # An environment variable COUNTERSIGN_… goes before the file, with __ between section and key:\n\
         # COUNTERSIGN_LIFETIME__INVITATION=30m is invitation in [lifetime].\n",
    );
    for group in Settings::default().groups() {
        if !group.name.is_empty() {
            text.push('\n');
            comment(&mut text, group.about);
            let _infallible = writeln!(text, "[{}]", group.name);
        }
        for key in &group.keys {
            text.push('\n');
            comment(&mut text, key.about);
            let mark = if key.name == "public_url" { "" } else { "# " };
            let _infallible = writeln!(text, "{mark}{} = {}", key.name, shown(key));
        }
    }
    text
}

/// What is in force, as TOML. There are no secrets in it: they stand in files that are only named.
pub(crate) fn in_force(settings: &Settings) -> String {
    let mut text = String::new();
    for group in settings.groups() {
        let set: Vec<_> = group
            .keys
            .iter()
            .filter_map(|key| Some((key.name, key.value.as_ref()?)))
            .collect();
        if !group.name.is_empty() && !set.is_empty() {
            let _infallible = writeln!(text, "\n[{}]", group.name);
        }
        for (name, value) in set {
            let _infallible = writeln!(text, "{name} = {value}");
        }
    }
    text
}

/// `docs/reference/configuration.md`.
pub(crate) fn markdown() -> String {
    let mut text = String::from(
        "# Configuration\n\n\
         <!-- Written by `countersign config reference`; change crates/server/src/config/settings.rs instead. -->\n\n\
         Countersign reads one TOML file, `countersign.toml` in the data directory or the one that `--config` names, \
         and over it the\nenvironment: `COUNTERSIGN_LIFETIME__INVITATION=30m` is `invitation` in `[lifetime]`. A key \
         that is not in this list is an error\nwith file, line and key, and so is a value out of its bounds. \
         `countersign config example` prints a file with every setting,\n`countersign config check` tells what is in \
         force. A change takes effect when the server is started again; TLS files are also\nread again on SIGHUP.\n\n\
         The sealing key is looked for in this order: the file that `sealing_key_file` names, the systemd credential\n\
         `countersign-sealing-key`, the environment variable `COUNTERSIGN_SEALING_KEY`, `sealing.key` in the data \
         directory.\n",
    );
    for group in Settings::default().groups() {
        section(&mut text, &group);
    }
    text
}

fn section(text: &mut String, group: &Group) {
    if !group.name.is_empty() {
        let _infallible = writeln!(text, "\n## `[{}]`\n\n{}", group.name, sentence(group.about));
    }
    text.push_str("\n| Key | Default | Takes | What it is for |\n| --- | --- | --- | --- |\n");
    for key in &group.keys {
        let default = key
            .value
            .as_ref()
            .map_or_else(|| "not set".to_owned(), |value| format!("`{value}`"));
        let kind = key.kind.replace('|', "\\|");
        let _infallible = writeln!(
            text,
            "| `{}` | {default} | {kind} | {} |",
            key.name,
            sentence(key.about).replace('|', "\\|")
        );
    }
}

fn shown(key: &Key) -> &str {
    key.value.as_deref().unwrap_or(key.sample)
}

fn comment(text: &mut String, about: &[&str]) {
    for line in about {
        let _infallible = writeln!(text, "#{line}");
    }
}

fn sentence(about: &[&str]) -> String {
    about.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
}
