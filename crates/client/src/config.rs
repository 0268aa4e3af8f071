use std::fmt;
use std::path::{Path, PathBuf};

use countersign_jose::KeyType;
use countersign_protocol::device::DeviceRole;
use jiff::civil::DateTime;
use serde::Deserialize;
use serde_saphyr::Spanned;
use uuid::Uuid;

use crate::host::Host;
use crate::words::{device_key_type, printable};
use crate::yaml;

/// The version of the file format that is written (onesid.md §2).
pub const CONFIG_VERSION: &str = "0.0.3";

/// `device.yml`: what a registered machine knows of itself (onesid.md §2). Nothing in it is secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceConfig {
    /// The OAuth client id: `iss` and `sub` of everything that the machine signs.
    pub client_id: Uuid,
    /// The device id.
    pub id: Uuid,
    /// The provider.
    pub host: Host,
    /// The organisation's domain, for example `onesid1.com`.
    pub domain: String,
    /// When the machine began to register, in its local time.
    pub initiated_on: DateTime,
    /// Whether the machine belongs to an organisation.
    pub is_managed: bool,
    /// Where the private key is kept.
    pub key_security: KeySecurity,
    /// The kind of the key.
    pub key_type: KeyType,
    /// Where the machine stands.
    pub location: String,
    /// What the machine is for.
    pub role: DeviceRole,
    /// The machine's name for people.
    pub title: String,
    /// Version of the file format; absent in the oldest files.
    pub config_version: Option<String>,
}

/// Where a private key is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeySecurity {
    /// In a file that only its owner can read.
    Default,
    /// In a TPM 2.0.
    Tpm,
}

impl KeySecurity {
    /// The word in `device.yml`, lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Tpm => "tpm",
        }
    }

    /// Reads the word in any case: older files have it in upper case.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Default, Self::Tpm]
            .into_iter()
            .find(|have| have.as_str().eq_ignore_ascii_case(word))
    }
}

/// Why `device.yml` cannot be used; every message names the file and, where there is one, the line and the key.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// There is no such file.
    #[error("{}: there is no device identity here; register this machine with countersign-device -o INIT, or name the folder with -cd DIR", path.display())]
    Absent {
        /// The file.
        path: PathBuf,
    },
    /// The file is there but cannot be read.
    #[error("{}: cannot be read ({source}); run as its owner, or mend the file", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A required key is missing.
    #[error("{}: the key `{key}` is missing; add it, or register anew with countersign-device -o INIT --force", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
        /// The key.
        key: &'static str,
    },
    /// A value is not what its key asks for, or the file is not YAML.
    #[error("{}:{line}: {}{problem}; correct it, or register anew with countersign-device -o INIT --force", path.display(), key_prefix(key))]
    Invalid {
        /// The file.
        path: PathBuf,
        /// The line, from 1; 0 when the whole file is meant.
        line: u64,
        /// The key, empty when the line has none.
        key: String,
        /// What is wrong and what is expected.
        problem: String,
    },
}

fn key_prefix(key: &str) -> String {
    if key.is_empty() {
        String::new()
    } else {
        format!("`{key}` ")
    }
}

/// Reads `device.yml` (onesid.md §2). Older files are understood: words in upper case, no `config_version`, dates
/// without quotes, members that nobody knows any more.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("device.yml");
/// # std::fs::write(&path, "\
/// # client_id: 0b3a9b1e-8f0c-4f0e-9a51-6f9d8a1c2b3d\nid: 5f8de0a2-53a8-4c62-a8b6-11b0f4f5a6c7\n\
/// # host: https://idp.example.com\ndomain: onesid1.com\ninitiated_on: 2025-01-31 09:05:00.000000\nis_managed: true\n\
/// # key_security: DEFAULT\nkey_type: RSA:2048\nlocation: Bangkok\nrole: SERVER\ntitle: Web\n")?;
/// let config = countersign_client::load_device_config(&path)?;
/// assert_eq!(config.host.issuer(), "https://idp.example.com/oidc");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`ConfigError`], with file, line and key.
pub fn load_device_config(path: impl AsRef<Path>) -> Result<DeviceConfig, ConfigError> {
    DeviceConfig::read(path.as_ref())
}

impl DeviceConfig {
    /// Reads a file.
    ///
    /// # Errors
    /// [`ConfigError`], with file, line and key.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|source| {
            let path = path.to_owned();
            if source.kind() == std::io::ErrorKind::NotFound {
                ConfigError::Absent { path }
            } else {
                ConfigError::Unreadable { path, source }
            }
        })?;
        Self::parse(&text, path)
    }

    /// Reads a text; `path` is only for the errors. Keys that are not ours are ignored, keys that stand twice are not.
    ///
    /// # Errors
    /// [`ConfigError`], with file, line and key.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let raw: Raw = serde_saphyr::from_str(text).map_err(|error| {
            let (line, key) = yaml::place(text, &error);
            let problem = printable(&format!("cannot be read: {}", error.without_snippet()));
            ConfigError::Invalid {
                path: path.to_owned(),
                line,
                key,
                problem,
            }
        })?;
        raw.check(path)
    }

    /// The text of the file in the format [`CONFIG_VERSION`]: keys in alphabetical order, `initiated_on` in quotes
    /// because YAML 1.1 readers take a bare date for a date and every known reader wants a string (onesid.md §2).
    #[must_use]
    pub fn to_yaml(&self) -> String {
        let initiated_on = self.initiated_on.strftime("%Y-%m-%d %H:%M:%S%.6f").to_string();
        let lines = [
            ("client_id", self.client_id.to_string()),
            ("config_version", CONFIG_VERSION.to_owned()),
            ("domain", yaml::scalar(&self.domain)),
            ("host", self.host.to_string()),
            ("id", self.id.to_string()),
            ("initiated_on", yaml::quoted(&initiated_on)),
            ("is_managed", self.is_managed.to_string()),
            ("key_security", self.key_security.as_str().to_owned()),
            ("key_type", self.key_type.to_string()),
            ("location", yaml::scalar(&self.location)),
            ("role", self.role.as_str().to_owned()),
            ("title", yaml::scalar(&self.title)),
        ];
        lines
            .into_iter()
            .map(|(key, value)| format!("{key}: {value}\n"))
            .collect()
    }
}

type Field = Option<Spanned<String>>;

/// The file as text per key, each with its line: a value is read by us, so that the error can say what was expected.
#[derive(Deserialize)]
struct Raw {
    client_id: Field,
    config_version: Field,
    domain: Field,
    host: Field,
    id: Field,
    initiated_on: Field,
    is_managed: Field,
    key_security: Field,
    key_type: Field,
    location: Field,
    role: Field,
    title: Field,
}

impl Raw {
    fn check(self, path: &Path) -> Result<DeviceConfig, ConfigError> {
        let read = Reader { path };
        Ok(DeviceConfig {
            client_id: read.uuid("client_id", self.client_id)?,
            id: read.uuid("id", self.id)?,
            host: read.with("host", self.host, |text| {
                text.parse::<Host>().map_err(|e| e.to_string())
            })?,
            domain: read.text("domain", self.domain)?,
            initiated_on: read.with("initiated_on", self.initiated_on, |text| {
                text.parse::<DateTime>()
                    .map_err(|_| "is not a time like '2025-01-31 09:05:00.000000'".to_owned())
            })?,
            is_managed: read.with("is_managed", self.is_managed, boolean)?,
            key_security: read.with("key_security", self.key_security, |text| {
                KeySecurity::parse(text).ok_or_else(|| "must be default or tpm".to_owned())
            })?,
            key_type: read.with("key_type", self.key_type, |text| {
                device_key_type(text)
                    .ok_or_else(|| "must be RSA:2048, RSA:3072, ECC:p256, ECC:p384 or ECC:p521".to_owned())
            })?,
            location: read.text("location", self.location)?,
            role: read.with("role", self.role, |text| {
                DeviceRole::parse(text).ok_or_else(|| format!("must be one of {RoleWords}"))
            })?,
            title: read.text("title", self.title)?,
            config_version: self.config_version.map(|field| field.value),
        })
    }
}

struct Reader<'a> {
    path: &'a Path,
}

impl Reader<'_> {
    fn with<T>(
        &self,
        key: &'static str,
        field: Field,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<T, ConfigError> {
        let field = field.ok_or_else(|| ConfigError::Missing {
            path: self.path.to_owned(),
            key,
        })?;
        read(&field.value).map_err(|problem| ConfigError::Invalid {
            path: self.path.to_owned(),
            line: field.referenced.line(),
            key: key.to_owned(),
            problem,
        })
    }

    fn text(&self, key: &'static str, field: Field) -> Result<String, ConfigError> {
        self.with(key, field, |text| Ok(text.to_owned()))
    }

    fn uuid(&self, key: &'static str, field: Field) -> Result<Uuid, ConfigError> {
        self.with(key, field, |text| {
            Uuid::parse_str(text).map_err(|_| "must be a UUID".to_owned())
        })
    }
}

fn boolean(text: &str) -> Result<bool, String> {
    match text {
        _ if text.eq_ignore_ascii_case("true") => Ok(true),
        _ if text.eq_ignore_ascii_case("false") => Ok(false),
        _ => Err("must be true or false".to_owned()),
    }
}

/// The role words in one line, for messages.
#[derive(Debug, Clone, Copy)]
pub struct RoleWords;

impl fmt::Display for RoleWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, (_, word)) in DeviceRole::ALL.iter().enumerate() {
            write!(f, "{}{}", if n == 0 { "" } else { ", " }, word)?;
        }
        Ok(())
    }
}
