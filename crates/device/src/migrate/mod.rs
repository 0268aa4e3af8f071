//! Files of the tool before this one (px-device-identity, all its ages) become ours. What is changed is kept beside the
//! new file first, and nothing is changed before everything was read and fits together: no key can be lost.

mod error;
mod old_config;

use std::fs;
use std::path::{Path, PathBuf};

use countersign_client::Host;
use countersign_jose::{Jwk, public_pem};
use countersign_protocol::device::DeviceRole;

pub use error::MigrationError;

use crate::folders::Folders;
use crate::key::{DeviceKey, Tss2Key, read_pem};
use crate::write::{self, InstallError, Part};

/// What stands behind the name of a file that was replaced.
const BACKUP: &str = "before-migration";

/// What an old `device.yml` may not say; a value here wins over the file.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// The provider.
    pub host: Option<Host>,
    /// The organisation's domain; files of format 0.0.1 have none.
    pub domain: Option<String>,
    /// The machine's name for people; files before format 0.0.3 have none.
    pub title: Option<String>,
    /// Where it stands; files before format 0.0.3 do not say.
    pub location: Option<String>,
    /// What it is for.
    pub role: Option<DeviceRole>,
}

/// One file and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The file.
    pub path: PathBuf,
    /// What is done, in words.
    pub what: &'static str,
}

/// A migration that was thought through and not yet done.
pub struct Migration {
    folders: Folders,
    writes: Vec<Part>,
    steps: Vec<Step>,
}

impl Migration {
    /// Reads everything and writes nothing.
    ///
    /// # Errors
    /// [`MigrationError`]: a file cannot be read, or two of them do not belong together.
    pub fn plan(folders: &Folders, answers: &Answers) -> Result<Self, MigrationError> {
        let places = Places::of(folders);
        let private = places.private_pem().ok_or_else(|| MigrationError::Nothing {
            path: folders.private_pem(),
        })?;
        let config = places.device_yml().ok_or_else(|| MigrationError::Nothing {
            path: folders.device_yml(),
        })?;
        let pem = read_pem(&private).map_err(crate::DeviceKeyError::from)?;
        let key = DeviceKey::parse(&pem, &private)?;
        check_public_halves(&private, &key)?;
        let config = old_config::read(&config, &key, answers)?;
        // A file that the TPM's own tools wrote stays as they wrote it.
        let pem = if Tss2Key::is_in(&pem) { pem } else { key.to_pem() };
        let mut plan = Self {
            folders: folders.clone(),
            writes: Vec::new(),
            steps: Vec::new(),
        };
        plan.replace(Part::secret(folders.private_pem(), pem.as_bytes()))?;
        plan.replace(Part::public(folders.public_pem(), public_pem(key.public())))?;
        plan.replace(Part::public(folders.device_yml(), config.to_yaml()))?;
        Ok(plan)
    }

    /// What will be done, one step for each file.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Whether the files are ours already.
    #[must_use]
    pub fn has_nothing_to_do(&self) -> bool {
        self.writes.is_empty()
    }

    /// Does it: all of it, or nothing.
    ///
    /// # Errors
    /// [`InstallError`]; the old files are in their places then.
    pub fn apply(&self) -> Result<(), InstallError> {
        if self.has_nothing_to_do() {
            return Ok(());
        }
        write::together(&self.folders, &self.writes, true)
    }

    fn replace(&mut self, part: Part) -> Result<(), MigrationError> {
        let path = part.path().to_owned();
        let what = match fs::read(&path) {
            Ok(_) if part.is_there() => "is in its new form already",
            Ok(old) => {
                self.keep(&path, &old);
                "is written in its new form"
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => "is written",
            Err(source) => return Err(MigrationError::Unreadable { path, source }),
        };
        self.steps.push(Step { path, what });
        if !part.is_there() {
            self.writes.push(part);
        }
        Ok(())
    }

    /// The old content under a name that is free, or that holds it already.
    fn keep(&mut self, path: &Path, old: &[u8]) {
        let name = path.display().to_string();
        let names = (1..).map(|n| match n {
            1 => format!("{name}.{BACKUP}"),
            n => format!("{name}.{BACKUP}.{n}"),
        });
        let mut parts = names.map(|name| Part::secret(PathBuf::from(name), old));
        let backup = parts.find(|part| part.is_there() || !part.path().exists());
        if let Some(backup) = backup.filter(|backup| !backup.is_there()) {
            self.steps.push(Step {
                path: backup.path().to_owned(),
                what: "keeps what was there before",
            });
            self.writes.push(backup);
        }
    }
}

/// Where the old tool kept its files, the newest place first.
struct Places {
    keys: Vec<PathBuf>,
    configs: Vec<PathBuf>,
}

impl Places {
    fn of(folders: &Folders) -> Self {
        let keys: Vec<PathBuf> = [Some(folders.keys.clone()), Folders::before_0_7()]
            .into_iter()
            .flatten()
            .collect();
        let configs = [vec![folders.config.clone()], keys.clone()].concat();
        Self { keys, configs }
    }

    fn private_pem(&self) -> Option<PathBuf> {
        first(&self.keys, "private.pem")
    }

    fn device_yml(&self) -> Option<PathBuf> {
        first(&self.configs, "device.yml")
    }
}

fn first(folders: &[PathBuf], name: &str) -> Option<PathBuf> {
    folders
        .iter()
        .map(|folder| folder.join(name))
        .find(|path| path.exists())
}

/// `public.pem` and `public_jwk.json` beside the key are of the same key: else somebody mixed two identities, and
/// whoever made the one public half again from the private one would hide it.
fn check_public_halves(private: &Path, key: &DeviceKey) -> Result<(), MigrationError> {
    let read = |name: &str| {
        let path = private.with_file_name(name);
        fs::read_to_string(&path).ok().map(|text| (path, text))
    };
    if let Some((path, text)) = read("public.pem") {
        let plain = |text: &str| text.split_whitespace().collect::<String>();
        if plain(&text) != plain(&public_pem(key.public())) {
            return Err(MigrationError::OtherKey { path });
        }
    }
    if let Some((path, text)) = read("public_jwk.json") {
        let jwk = serde_json::from_str(&text)
            .ok()
            .and_then(|jwk| Jwk::parse(&jwk).ok());
        if jwk.map(|jwk| jwk.thumbprint()) != Some(key.public().jwk().thumbprint()) {
            return Err(MigrationError::OtherKey { path });
        }
    }
    Ok(())
}

/// For the sentence that a person reads.
impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.path.display(), self.what)
    }
}
