use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use countersign_jose::{PrivateKey, PrivateKeyError};
use zeroize::Zeroizing;

/// Longest key file that is read, in bytes; an RSA:3072 key has about 2500.
const MAX_KEY_FILE: u64 = 64 * 1024;

/// Why a private key file cannot be used. Never carries a byte of it.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file cannot be read.
    #[error("{}: cannot be read ({source}); run as its owner, or name the folder with -kd DIR", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not a private key that we can use.
    #[error("{}: {source}; restore the file, or register anew with countersign-device -o INIT --force", path.display())]
    NotAKey {
        /// The file.
        path: PathBuf,
        /// Why.
        source: PrivateKeyError,
    },
}

/// Reads a PEM private key: PKCS#1 for RSA, PKCS#8 for EC (onesid.md §2).
///
/// ```
/// # use countersign_jose::{KeyType, PrivateKey};
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("private.pem");
/// # std::fs::write(&path, PrivateKey::generate(KeyType::P256)?.to_pem().as_bytes())?;
/// let key = countersign_client::read_private_key(&path)?;
/// assert_eq!(key.key_type(), KeyType::P256);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`KeyFileError`], which never carries a byte of the file.
pub fn read_private_key(path: impl AsRef<Path>) -> Result<PrivateKey, KeyFileError> {
    let path = path.as_ref();
    let unreadable = |source| KeyFileError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(unreadable)?;
    let size = file.metadata().map_err(unreadable)?.len();
    if size > MAX_KEY_FILE {
        return Err(unreadable(ErrorKind::FileTooLarge.into()));
    }
    // Reserved in one piece, so that no half-read copy of the key is left behind in freed memory.
    let mut pem = Zeroizing::new(String::with_capacity(
        usize::try_from(size).unwrap_or(0).saturating_add(1),
    ));
    file.take(size).read_to_string(&mut pem).map_err(unreadable)?;
    PrivateKey::from_pem(&pem).map_err(|source| KeyFileError::NotAKey {
        path: path.to_owned(),
        source,
    })
}
