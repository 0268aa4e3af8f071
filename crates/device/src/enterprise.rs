use std::path::{Path, PathBuf};

use countersign_jose::KeyType;
use countersign_protocol::device::DeviceRole;
use serde::{Deserialize, Deserializer, de::Error as _};

use countersign_client::{Host, KeySecurity, RoleWords, device_key_type, printable};

/// `/etc/config.json` of an enterprise installation: the answers for `INIT_FROM_CONFIG` (onesid.md §2).
///
/// `type`, `timezone` and `locale` speak to the installer and are read past; so is every member that is not ours.
/// An absent, null or empty member leaves the default in force.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct EnterpriseConfig {
    /// The machine's name for people.
    #[serde(deserialize_with = "text")]
    pub title: Option<String>,
    /// Where the machine stands.
    #[serde(deserialize_with = "text")]
    pub location: Option<String>,
    /// What the machine is for.
    #[serde(deserialize_with = "role")]
    pub role: Option<DeviceRole>,
    /// Where the private key is kept.
    #[serde(deserialize_with = "key_security")]
    pub key_security: Option<KeySecurity>,
    /// The kind of the key.
    #[serde(deserialize_with = "key_type")]
    pub key_type: Option<KeyType>,
    /// The organisation's domain.
    #[serde(deserialize_with = "text")]
    pub domain: Option<String>,
    /// The provider.
    #[serde(deserialize_with = "host")]
    pub host: Option<Host>,
}

/// Why an enterprise file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum EnterpriseConfigError {
    /// The file cannot be read.
    #[error("{}: cannot be read ({source}); name the file with --config-file FILE", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not the JSON that it should be; the message has line and column.
    #[error("{}:{line}: {problem}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong, with the key.
        problem: String,
    },
}

impl EnterpriseConfig {
    /// Reads a file.
    ///
    /// # Errors
    /// [`EnterpriseConfigError`], with file, line and key.
    pub fn read(path: &Path) -> Result<Self, EnterpriseConfigError> {
        let text = std::fs::read_to_string(path).map_err(|source| EnterpriseConfigError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        serde_json::from_str(&text).map_err(|error| EnterpriseConfigError::Invalid {
            path: path.to_owned(),
            line: error.line(),
            problem: printable(&error.to_string()),
        })
    }
}

fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.filter(|text| !text.trim().is_empty()))
}

fn role<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DeviceRole>, D::Error> {
    text(deserializer)?
        .map(|word| {
            DeviceRole::parse(&word)
                .ok_or_else(|| D::Error::custom(format_args!("`role` must be one of {RoleWords}")))
        })
        .transpose()
}

fn key_security<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<KeySecurity>, D::Error> {
    text(deserializer)?
        .map(|word| {
            KeySecurity::parse(&word).ok_or_else(|| D::Error::custom("`key_security` must be default or tpm"))
        })
        .transpose()
}

fn key_type<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<KeyType>, D::Error> {
    text(deserializer)?
        .map(|word| {
            device_key_type(&word).ok_or_else(|| {
                D::Error::custom("`key_type` must be RSA:2048, RSA:3072, ECC:p256, ECC:p384 or ECC:p521")
            })
        })
        .transpose()
}

fn host<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Host>, D::Error> {
    text(deserializer)?
        .map(|word| {
            word.parse()
                .map_err(|e| D::Error::custom(format_args!("`host`: {e}")))
        })
        .transpose()
}
