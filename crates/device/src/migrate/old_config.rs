//! `device.yml` of every age: format 0.0.1 and 0.0.2 in camelCase, 0.0.3 as it is today, with its words in any case.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use countersign_client::{CONFIG_VERSION, DeviceConfig, Host, device_key_type, printable};
use countersign_protocol::device::DeviceRole;
use jiff::civil::DateTime;
use serde_json::Value;
use uuid::Uuid;

use super::Answers;
use super::error::MigrationError;
use crate::key::DeviceKey;

/// The newest name of each key, and what it was called before format 0.0.3.
const OLD_NAMES: [(&str, &str); 7] = [
    ("client_id", "clientId"),
    ("role", "deviceType"),
    ("key_security", "keySecurity"),
    ("key_type", "keyType"),
    ("is_managed", "isManaged"),
    ("config_version", "configVersion"),
    ("initiated_on", "initiatedOn"),
];

pub(super) fn read(path: &Path, key: &DeviceKey, answers: &Answers) -> Result<DeviceConfig, MigrationError> {
    let unreadable = |source| MigrationError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let text = fs::read_to_string(path).map_err(unreadable)?;
    let values: BTreeMap<String, Value> =
        serde_saphyr::from_str(&text).map_err(|error| MigrationError::NotYaml {
            path: path.to_owned(),
            problem: printable(&error.without_snippet().to_string()),
        })?;
    Old { path, values }.into_config(key, answers)
}

struct Old<'a> {
    path: &'a Path,
    values: BTreeMap<String, Value>,
}

impl Old<'_> {
    fn into_config(self, key: &DeviceKey, answers: &Answers) -> Result<DeviceConfig, MigrationError> {
        self.check_key_type(key)?;
        Ok(DeviceConfig {
            client_id: self.uuid(
                "client_id",
                "it is from before machines were OAuth clients: register anew with -o INIT --force",
            )?,
            id: self.uuid("id", "register anew with -o INIT --force")?,
            host: self.host(answers)?,
            domain: self
                .or_given("domain", answers.domain.as_ref())
                .ok_or_else(|| self.missing("domain", "add the organisation's domain with -dn DOMAIN"))?,
            initiated_on: self.initiated_on()?,
            is_managed: self
                .text("is_managed")
                .is_none_or(|word| !word.eq_ignore_ascii_case("false")),
            key_security: key.security(),
            key_type: key.key_type(),
            location: self
                .or_given("location", answers.location.as_ref())
                .unwrap_or_else(|| "Undefined".to_owned()),
            role: self.role(answers),
            title: self
                .or_given("title", answers.title.as_ref())
                .unwrap_or_else(|| self.role(answers).as_str().to_uppercase()),
            config_version: Some(CONFIG_VERSION.to_owned()),
        })
    }

    /// A value by its newest name, or by its old one. Empty and null values are none.
    fn text(&self, key: &str) -> Option<String> {
        let old = OLD_NAMES.iter().find(|(new, _)| *new == key).map(|(_, old)| *old);
        let value = self.values.get(key).or_else(|| self.values.get(old?))?;
        let text = match value {
            Value::Null => return None,
            Value::String(text) => text.trim().to_owned(),
            other => other.to_string(),
        };
        Some(text).filter(|text| !text.is_empty())
    }

    fn or_given(&self, key: &str, given: Option<&String>) -> Option<String> {
        given.cloned().or_else(|| self.text(key))
    }

    fn uuid(&self, key: &'static str, advice: &'static str) -> Result<Uuid, MigrationError> {
        let text = self.text(key).ok_or_else(|| self.missing(key, advice))?;
        Uuid::parse_str(&text).map_err(|_| self.wrong(key, "is not a UUID".to_owned()))
    }

    fn host(&self, answers: &Answers) -> Result<Host, MigrationError> {
        if let Some(host) = &answers.host {
            return Ok(host.clone());
        }
        let text = self
            .text("host")
            .ok_or_else(|| self.missing("host", "add the provider's address with -a URL"))?;
        text.parse()
            .map_err(|error: countersign_client::HostError| self.wrong("host", error.to_string()))
    }

    /// Words that are no roles today, such as CLOUD, become OTHER.
    fn role(&self, answers: &Answers) -> DeviceRole {
        let said = || self.text("role").and_then(|word| DeviceRole::parse(&word));
        answers.role.or_else(said).unwrap_or(DeviceRole::Other)
    }

    /// The oldest files do not say; then it is the time of the file's last change.
    fn initiated_on(&self) -> Result<DateTime, MigrationError> {
        let Some(text) = self.text("initiated_on") else {
            return Ok(self.changed_on().unwrap_or_default());
        };
        text.parse().map_err(|_| {
            self.wrong(
                "initiated_on",
                "is not a time like '2025-01-31 09:05:00.000000'".to_owned(),
            )
        })
    }

    fn changed_on(&self) -> Option<DateTime> {
        let changed = fs::metadata(self.path).ok()?.modified().ok()?;
        let changed = jiff::Timestamp::try_from(changed).ok()?;
        Some(changed.to_zoned(jiff::tz::TimeZone::system()).datetime())
    }

    fn check_key_type(&self, key: &DeviceKey) -> Result<(), MigrationError> {
        let held = key.key_type();
        match self.text("key_type") {
            Some(said) if device_key_type(&said) != Some(held) => Err(MigrationError::OtherType {
                path: self.path.to_owned(),
                said: printable(&said),
                held,
            }),
            _ => Ok(()),
        }
    }

    fn missing(&self, key: &'static str, advice: &'static str) -> MigrationError {
        MigrationError::Missing {
            path: self.path.to_owned(),
            key,
            advice,
        }
    }

    fn wrong(&self, key: &'static str, problem: String) -> MigrationError {
        MigrationError::Wrong {
            path: self.path.to_owned(),
            key,
            problem,
        }
    }
}
