use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use serde::de::DeserializeOwned;

use super::error::LocalError;

/// Group and others may write.
const OTHERS_WRITE: u32 = 0o022;

/// Reads a file of settings, which says among others who may call; absent, it is as if it were empty.
pub(crate) fn read<T>(path: &Path, parse: impl FnOnce(&str) -> Result<T, String>) -> Result<T, LocalError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => {
            refuse_writable(path)?;
            text
        }
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(source) => {
            let path = path.to_owned();
            return Err(LocalError::Unreadable { path, source });
        }
    };
    parse(&text).map_err(|problem| LocalError::Settings {
        path: path.to_owned(),
        problem,
    })
}

/// TOML; an error has its line.
pub(crate) fn toml<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    toml::from_str(text).map_err(|error| {
        let before = error.span().map_or(0, |span| span.start);
        let line = text.bytes().take(before).filter(|byte| *byte == b'\n').count() + 1;
        format!("line {line}: {}", error.message())
    })
}

/// Whoever can write the list can admit himself.
fn refuse_writable(path: &Path) -> Result<(), LocalError> {
    let there = std::fs::metadata(path).map_err(|source| LocalError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    let owner_is_safe = there.uid() == 0 || there.uid() == rustix::process::geteuid().as_raw();
    if there.permissions().mode() & OTHERS_WRITE != 0 || !owner_is_safe {
        return Err(LocalError::Writable {
            path: path.to_owned(),
        });
    }
    Ok(())
}
