//! The data directory: what is in it, and who may have it open.

pub(crate) mod sealing_key;

use crate::config::Config;
use crate::failure::Failed;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

/// The directory that `init` makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DataDir(PathBuf);

impl DataDir {
    /// Names a directory; nothing is looked at.
    pub(crate) fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The directory.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// The configuration.
    pub(crate) fn config(&self) -> PathBuf {
        self.0.join("countersign.toml")
    }

    /// The database.
    pub(crate) fn database(&self) -> PathBuf {
        self.0.join("countersign.db")
    }

    /// The sealing key, when it is kept here.
    pub(crate) fn sealing_key(&self) -> PathBuf {
        self.0.join("sealing.key")
    }

    /// Reads the configuration, here or where `--config` says.
    pub(crate) fn load(&self, config: Option<&Path>) -> Result<Config, Failed> {
        self.refuse_uninitialised(config)?;
        Config::load(config.unwrap_or(&self.config()))
    }

    /// Takes part in the use of the directory, beside the server and other commands.
    pub(crate) fn share(&self) -> Result<Lock, Failed> {
        let directory = self.open()?;
        match directory.try_lock_shared() {
            Ok(()) => Ok(Lock {
                _directory: directory,
            }),
            Err(TryLockError::WouldBlock) => Err(Failed::new(format!(
                "{}: a backup is being restored here; try again when it is done",
                self.0.display()
            ))),
            // A file system without locks: only `restore` depends on them, and it insists.
            Err(TryLockError::Error(_)) => Ok(Lock {
                _directory: directory,
            }),
        }
    }

    /// Takes the directory for oneself.
    pub(crate) fn take(&self) -> Result<Lock, Failed> {
        let directory = self.open()?;
        match directory.try_lock() {
            Ok(()) => Ok(Lock {
                _directory: directory,
            }),
            Err(TryLockError::WouldBlock) => Err(Failed::new(format!(
                "{}: a server or another command has this directory open; stop it first",
                self.0.display()
            ))),
            Err(TryLockError::Error(error)) => Err(Failed::new(format!(
                "{}: the directory cannot be locked ({error}); use a file system that has locks",
                self.0.display()
            ))),
        }
    }

    fn open(&self) -> Result<File, Failed> {
        File::open(&self.0).map_err(|error| {
            Failed::new(format!(
                "{}: the data directory cannot be opened ({error}); run this as the user that owns it",
                self.0.display()
            ))
        })
    }

    fn refuse_uninitialised(&self, config: Option<&Path>) -> Result<(), Failed> {
        let shown = self.0.display();
        let missing = |what: &Path| match what.try_exists() {
            Ok(exists) => Ok(!exists),
            Err(error) => Err(Failed::new(format!(
                "{shown}: the data directory cannot be read ({error}); run this as the user that owns it"
            ))),
        };
        if config.is_none() && missing(&self.config())? {
            return Err(Failed::new(format!(
                "{shown}: this is not the data directory of a provider; check --data, or make one with \
                 `countersign init --data {shown} --public-url URL --domain DOMAIN`"
            )));
        }
        Ok(())
    }
}

/// A lock on the directory; it ends with the process, however that ends.
pub(crate) struct Lock {
    _directory: File,
}

/// Makes a new file for nobody else's eyes and flushes it to disk.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write as _;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// The permission bits of a file; `None` where there are none.
pub(crate) fn mode(path: &Path) -> std::io::Result<Option<u32>> {
    let metadata = fs::metadata(path)?;
    #[cfg(unix)]
    {
        Ok(Some(
            std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777,
        ))
    }
    #[cfg(not(unix))]
    {
        let _exists = metadata;
        Ok(None)
    }
}
