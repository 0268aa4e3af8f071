use std::path::Path;

use serde::Deserialize;

use crate::local::{CallerEntry, Callers, LocalError, settings};

/// The settings beside `device.yml`.
pub const SETTINGS_FILE: &str = "user-agent.toml";

/// What an operator decides about the user agent.
#[derive(Debug, Clone)]
pub struct Settings {
    pub(super) callers: Callers,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Raw {
    caller: Vec<CallerEntry>,
}

impl Settings {
    /// Reads the settings; without the file only root and the program's own user may call.
    ///
    /// # Errors
    /// [`LocalError`], with the line where there is one: the file is wrong, unreadable, or others could write it.
    pub fn read(path: &Path) -> Result<Self, LocalError> {
        settings::read(path, |text| {
            let raw: Raw = settings::toml(text)?;
            Ok(Self {
                callers: Callers::of(&raw.caller)?,
            })
        })
    }
}
