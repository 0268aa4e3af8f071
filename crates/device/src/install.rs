use countersign_client::DeviceConfig;
use countersign_jose::public_pem;

use crate::folders::Folders;
use crate::key::DeviceKey;
use crate::write::{self, InstallError, Part};

/// The place for a new identity, checked before the registration starts and filled in one go after it was approved.
///
/// Until [`Install::commit`] the key lives in memory only: a registration that fails, is rejected, is interrupted or
/// is killed leaves nothing on the disk, and an identity that is there stays whole.
#[derive(Debug, Clone)]
pub struct Install {
    folders: Folders,
    replace: bool,
}

impl Install {
    /// Checks that an identity can be written to these folders; `replace` allows one to be there.
    ///
    /// # Errors
    /// [`InstallError::Exists`] without `replace`, [`InstallError::NotWritable`] when a folder cannot be written to.
    pub fn prepare(folders: &Folders, replace: bool) -> Result<Self, InstallError> {
        if !replace {
            for path in [folders.device_yml(), folders.private_pem()] {
                if path.symlink_metadata().is_ok() {
                    return Err(InstallError::Exists { path });
                }
            }
        }
        write::try_folders(folders)?;
        Ok(Self {
            folders: folders.clone(),
            replace,
        })
    }

    /// Writes the three files, `device.yml` last, each complete from the moment that it has its name. When one
    /// cannot be written, what was there before is put back.
    ///
    /// # Errors
    /// [`InstallError`]; nothing has changed then.
    pub fn commit(&self, config: &DeviceConfig, key: &DeviceKey) -> Result<(), InstallError> {
        write::together(&self.folders, &parts(&self.folders, config, key), self.replace)
    }
}

/// The three files of an identity, in the order in which they are written.
pub(crate) fn parts(folders: &Folders, config: &DeviceConfig, key: &DeviceKey) -> [Part; 3] {
    let public = public_pem(key.public());
    [
        Part::secret(folders.private_pem(), key.to_pem().as_bytes()),
        Part::public(folders.public_pem(), public),
        Part::public(folders.device_yml(), config.to_yaml()),
    ]
}
