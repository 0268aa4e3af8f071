use std::path::PathBuf;

/// Where an identity lives: one folder for `device.yml`, one for the key pair (onesid.md §2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folders {
    /// Holds `device.yml`; `/etc/px-device-identity` unless told otherwise.
    pub config: PathBuf,
    /// Holds `private.pem` and `public.pem`; `~/.local/share/px-device-identity` unless told otherwise.
    pub keys: PathBuf,
}

/// The user has no home directory, so the key folder has no default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this user has no home directory; name the key folder with -kd DIR")]
pub struct NoHome;

impl Folders {
    /// The folder of `device.yml` when none is named.
    pub const DEFAULT_CONFIG: &'static str = "/etc/px-device-identity";
    /// The folder of the keys when none is named, below the home directory.
    pub const DEFAULT_KEYS: &'static str = ".local/share/px-device-identity";

    /// The default folders of the machine and of the user who runs this process.
    ///
    /// # Errors
    /// [`NoHome`] when the user has no home directory.
    pub fn of_this_machine() -> Result<Self, NoHome> {
        Self::named(None, None)
    }

    /// The named folders, and the default for each that is not named.
    ///
    /// # Errors
    /// [`NoHome`] when the key folder is not named and the user has no home directory.
    pub fn named(config: Option<PathBuf>, keys: Option<PathBuf>) -> Result<Self, NoHome> {
        let keys = match keys {
            Some(keys) => keys,
            None => std::env::home_dir()
                .filter(|home| home.is_absolute())
                .ok_or(NoHome)?
                .join(Self::DEFAULT_KEYS),
        };
        Ok(Self {
            config: config.unwrap_or_else(|| PathBuf::from(Self::DEFAULT_CONFIG)),
            keys,
        })
    }

    /// Where the tool before this one kept everything until its version 0.7; `None` without a home directory.
    #[must_use]
    pub fn before_0_7() -> Option<PathBuf> {
        let home = std::env::home_dir().filter(|home| home.is_absolute())?;
        Some(home.join(".config/device"))
    }

    /// The device configuration.
    #[must_use]
    pub fn device_yml(&self) -> PathBuf {
        self.config.join("device.yml")
    }

    /// The private key.
    #[must_use]
    pub fn private_pem(&self) -> PathBuf {
        self.keys.join("private.pem")
    }

    /// The key of a rotation that is not finished.
    #[must_use]
    pub fn next_private_pem(&self) -> PathBuf {
        self.keys.join("private.next.pem")
    }

    /// The public key.
    #[must_use]
    pub fn public_pem(&self) -> PathBuf {
        self.keys.join("public.pem")
    }
}
