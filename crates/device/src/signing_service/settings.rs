use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::local::{CallerEntry, Callers, LocalError, settings};

/// The settings beside `device.yml`.
pub const SETTINGS_FILE: &str = "signing-service.toml";

/// What an operator decides about the signing service.
#[derive(Debug, Clone)]
pub struct Settings {
    pub(crate) callers: Callers,
    /// Where the audit log goes; standard error when it is not named.
    pub(crate) audit_log: Option<PathBuf>,
    /// Whether callers may have a signature over any text.
    pub(crate) danger_sign_anything: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Raw {
    caller: Vec<CallerEntry>,
    audit_log: Option<PathBuf>,
    danger_sign_anything: bool,
}

impl Settings {
    /// Reads the settings; without the file only root and the service's own user may call.
    ///
    /// # Errors
    /// [`LocalError`], with the line where there is one: the file is wrong, unreadable, or others could write it.
    pub fn read(path: &Path) -> Result<Self, LocalError> {
        settings::read(path, Self::parse)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let raw: Raw = settings::toml(text)?;
        if raw.audit_log.as_ref().is_some_and(|path| !path.is_absolute()) {
            return Err("audit_log must be an absolute path".to_owned());
        }
        Ok(Self {
            callers: Callers::of(&raw.caller)?,
            audit_log: raw.audit_log,
            danger_sign_anything: raw.danger_sign_anything,
        })
    }

    /// Who may call, in one sentence.
    pub(crate) fn callers_in_words(&self) -> String {
        self.callers.in_words()
    }

    /// What an operator should be told at every start.
    #[must_use]
    pub fn warnings(&self) -> Vec<&'static str> {
        if self.danger_sign_anything {
            vec![
                "danger_sign_anything is on: every caller can have any statement signed in this machine's name, for any time",
            ]
        } else {
            Vec::new()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Settings;

    #[test]
    fn an_empty_file_is_the_default_and_every_setting_is_read() {
        let empty = Settings::parse("").unwrap();
        assert!(empty.audit_log.is_none() && empty.warnings().is_empty());
        let text =
            "audit_log = \"/var/log/s.jsonl\"\ndanger_sign_anything = true\n[[caller]]\nuser = \"root\"\n";
        let settings = Settings::parse(text).unwrap();
        assert_eq!(settings.audit_log.as_deref(), Some("/var/log/s.jsonl".as_ref()));
        assert_eq!(settings.warnings().len(), 1);
    }

    #[test]
    fn a_setting_that_is_not_ours_is_an_error_with_its_line() {
        for (text, problem) in [
            ("\n\nport = 1\n", "line 3: unknown field `port`"),
            ("[[caller]]\nuid = -1\n", "line 2"),
            ("[[caller]]\nuid = 1\nuser = \"x\"\n", "exactly one of user"),
            ("[[caller]]\n", "exactly one of user"),
            ("audit_log = \"here\"\n", "absolute path"),
        ] {
            let error = Settings::parse(text).unwrap_err();
            assert!(error.contains(problem), "{error}");
        }
    }
}
