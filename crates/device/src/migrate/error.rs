use std::path::PathBuf;

use countersign_jose::KeyType;

use crate::key::DeviceKeyError;
use crate::write::InstallError;

/// Why nothing was migrated; no file has changed then.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// There is nothing to migrate.
    #[error("{}: there is no identity here to migrate; name its folders with -cd DIR and -kd DIR, or register with -o INIT", path.display())]
    Nothing {
        /// The file that is missing.
        path: PathBuf,
    },
    /// A file cannot be read.
    #[error("{}: cannot be read ({source}); run as its owner", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The key cannot be read.
    #[error(transparent)]
    Key(#[from] DeviceKeyError),
    /// A public half is of another key.
    #[error("{}: is not the public half of private.pem, or cannot be read; find out which of the two is registered, then move the other one away", path.display())]
    OtherKey {
        /// The file of the public half.
        path: PathBuf,
    },
    /// The configuration is of another key.
    #[error("{}: says that the key is {said}, but private.pem holds {held}; restore the right file", path.display())]
    OtherType {
        /// The file.
        path: PathBuf,
        /// What it says.
        said: String,
        /// The kind of the key in the file.
        held: KeyType,
    },
    /// The configuration is no flat YAML mapping.
    #[error("{}: cannot be read as YAML ({problem}); mend it, or register anew with -o INIT --force", path.display())]
    NotYaml {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A value is missing.
    #[error("{}: does not say `{key}`; {advice}", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
        /// The key, by its newest name.
        key: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// A value is not what its key asks for.
    #[error("{}: `{key}` {problem}; correct it", path.display())]
    Wrong {
        /// The file.
        path: PathBuf,
        /// The key, by its newest name.
        key: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// A file cannot be written.
    #[error(transparent)]
    Write(#[from] InstallError),
}
