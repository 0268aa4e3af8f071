//! Where the sealing key comes from. In this order: the file that the configuration names (`sealing_key_file`), the
//! systemd credential, the environment, the data directory.

use super::{DataDir, mode};
use crate::config::Config;
use crate::failure::Failed;
use countersign_core::entropy::Entropy;
use countersign_core::keys::Sealer;
use std::env;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The environment variable that may hold the key, 64 hexadecimal digits.
const VARIABLE: &str = "COUNTERSIGN_SEALING_KEY";

/// The name of the systemd credential (`LoadCredential=`, systemd.exec(5)).
const CREDENTIAL: &str = "countersign-sealing-key";

/// Where the key is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// A file that the configuration names.
    Named(PathBuf),
    /// A file that systemd made for this service.
    Credential(PathBuf),
    /// The environment.
    Environment,
    /// The data directory.
    Here(PathBuf),
}

impl Source {
    /// Looks where the key is.
    pub(crate) fn find(data: &DataDir, named: Option<&Path>) -> Self {
        let credential = || {
            let directory = env::var_os("CREDENTIALS_DIRECTORY")?;
            Some(Path::new(&directory).join(CREDENTIAL)).filter(|path| path.exists())
        };
        if let Some(named) = named {
            Self::Named(named.to_owned())
        } else if let Some(path) = credential() {
            Self::Credential(path)
        } else if env::var_os(VARIABLE).is_some() {
            Self::Environment
        } else {
            Self::Here(data.sealing_key())
        }
    }

    /// Where the key is, for people.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Named(path) | Self::Credential(path) | Self::Here(path) => path.display().to_string(),
            Self::Environment => VARIABLE.to_owned(),
        }
    }

    /// Reads the key.
    pub(crate) fn read(&self) -> Result<Sealer, Failed> {
        let text = match self {
            Self::Environment => Zeroizing::new(env::var(VARIABLE).unwrap_or_default()),
            Self::Named(path) | Self::Here(path) => {
                refuse_readable_by_others(path)?;
                read(path)?
            }
            // systemd sees to the permissions of its own directory.
            Self::Credential(path) => read(path)?,
        };
        let key = parse(&text).ok_or_else(|| {
            Failed::new(format!(
                "{}: this is no sealing key; it must be 64 hexadecimal digits, as `countersign init` writes them",
                self.shown()
            ))
        })?;
        Ok(Sealer::new(*key))
    }
}

/// The sealing key of a provider.
pub(crate) fn open(data: &DataDir, config: &Config) -> Result<Sealer, Failed> {
    Source::find(data, config.settings.sealing_key_file.as_deref()).read()
}

/// A new key as text.
pub(crate) fn generate(entropy: &dyn Entropy) -> Zeroizing<String> {
    let bytes = Zeroizing::new(entropy.bytes::<32>());
    let mut text = Zeroizing::new(String::with_capacity(65));
    for byte in bytes.iter() {
        let _infallible = write!(text, "{byte:02x}");
    }
    text.push('\n');
    text
}

fn read(path: &Path) -> Result<Zeroizing<String>, Failed> {
    std::fs::read_to_string(path).map(Zeroizing::new).map_err(|error| {
        Failed::new(format!(
            "{}: the sealing key cannot be read ({error}); put the key of this data directory there, or name its file \
             with sealing_key_file",
            path.display()
        ))
    })
}

fn refuse_readable_by_others(path: &Path) -> Result<(), Failed> {
    // A file that is not there is told about by the reading.
    match mode(path) {
        Ok(Some(mode)) if mode & 0o077 != 0 => Err(Failed::new(format!(
            "{0}: the sealing key can be read by others (mode {mode:04o}); run `chmod 600 {0}`, and think of who had \
             access",
            path.display()
        ))),
        _ => Ok(()),
    }
}

fn parse(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let text = text.trim_ascii();
    let mut key = Zeroizing::new([0; 32]);
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, digits) in key.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn a_key_is_64_hexadecimal_digits() {
        assert_eq!(
            *parse(&format!("{}\n", "0aF1".repeat(16))).unwrap(),
            [[0x0a, 0xf1]; 16].concat()[..]
        );
        for wrong in [
            "",
            "00",
            &"0".repeat(63),
            &"0".repeat(65),
            &"g".repeat(64),
            &"+f".repeat(32),
        ] {
            assert!(parse(wrong).is_none(), "{wrong}");
        }
    }
}
