//! The private key of a machine, in a file or in a TPM, and the file that stands for it.

mod tpm_key;
mod tpm_public;
mod tss2;

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use countersign_client::{KeyFileError, KeySecurity};
use countersign_jose::{
    JwsError, KeyType, PrivateKey, PrivateKeyError, PublicKey, SignatureError, base64url, sign_with,
};
use serde::Serialize;
use zeroize::Zeroizing;

pub use tpm_key::TpmKey;
#[cfg(feature = "tpm")]
pub(crate) use tpm_public::padded;
pub use tss2::{Tss2Error, Tss2Key};

use crate::tpm::TpmError;

/// Longest key file that is read, in bytes; an RSA:3072 key has about 2500.
const MAX_KEY_FILE: u64 = 64 * 1024;

/// The private key of a machine: it signs, wherever it is kept.
///
/// No `Debug`: one of them is a secret.
pub enum DeviceKey {
    /// In memory, from a file that only its owner can read.
    File(PrivateKey),
    /// In a TPM 2.0 (boxed: it is a file, a public key and an address).
    Tpm(Box<TpmKey>),
}

impl From<PrivateKey> for DeviceKey {
    fn from(key: PrivateKey) -> Self {
        Self::File(key)
    }
}

/// Why a key cannot be read or used. Never carries a byte of it.
#[derive(Debug, thiserror::Error)]
pub enum DeviceKeyError {
    /// The file cannot be read, or holds no private key that we know.
    #[error(transparent)]
    File(#[from] KeyFileError),
    /// The file says that the key is in a TPM, but not in a way that we understand.
    #[error("{}: {source}; restore the file, or register anew with -o INIT --force", path.display())]
    Tss2 {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Tss2Error,
    },
    /// The TPM does not do what it is asked.
    #[error(transparent)]
    Tpm(#[from] TpmError),
    /// A new key cannot be made.
    #[error("cannot make the key: {0}; try again, or choose another type with -k")]
    Make(#[from] PrivateKeyError),
    /// The cryptographic library fails.
    #[error("cannot sign: {0}; check private.pem, or register anew with -o INIT --force")]
    Sign(#[from] SignatureError),
    /// What is to be signed cannot be written as a JWS.
    #[error("cannot sign: {0}; check private.pem, or register anew with -o INIT --force")]
    Jws(#[from] JwsError),
}

impl DeviceKey {
    /// Makes a new key: in memory, or in the TPM that this machine's environment names.
    ///
    /// # Errors
    /// [`DeviceKeyError::Make`], or [`DeviceKeyError::Tpm`], which says what to do.
    pub fn make(security: KeySecurity, kind: KeyType) -> Result<Self, DeviceKeyError> {
        Ok(match security {
            KeySecurity::Default => Self::File(PrivateKey::generate(kind)?),
            KeySecurity::Tpm => Self::Tpm(Box::new(TpmKey::make(kind)?)),
        })
    }

    /// Reads `private.pem`: PKCS#1, PKCS#8 or SEC 1 for a key in a file, `TSS2 PRIVATE KEY` for one in a TPM, whose
    /// public half is all that is needed of it until it signs.
    ///
    /// # Errors
    /// [`DeviceKeyError::File`] or [`DeviceKeyError::Tss2`], naming the file.
    pub fn read(path: &Path) -> Result<Self, DeviceKeyError> {
        Self::parse(&read_pem(path)?, path)
    }

    /// Reads the text of a key file; `path` is only for the errors.
    ///
    /// # Errors
    /// As [`DeviceKey::read`].
    pub fn parse(pem: &str, path: &Path) -> Result<Self, DeviceKeyError> {
        let path = path.to_owned();
        if !Tss2Key::is_in(pem) {
            return match PrivateKey::from_pem(pem) {
                Ok(key) => Ok(Self::File(key)),
                Err(source) => Err(KeyFileError::NotAKey { path, source }.into()),
            };
        }
        match Tss2Key::from_pem(pem).and_then(TpmKey::new) {
            Ok(key) => Ok(Self::Tpm(Box::new(key))),
            Err(source) => Err(DeviceKeyError::Tss2 { path, source }),
        }
    }

    /// The public half, without `kid`, `use` and `alg`.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        match self {
            Self::File(key) => key.public(),
            Self::Tpm(key) => key.public(),
        }
    }

    /// The kind of key.
    #[must_use]
    pub fn key_type(&self) -> KeyType {
        self.public().key_type()
    }

    /// Where it is kept.
    #[must_use]
    pub fn security(&self) -> KeySecurity {
        match self {
            Self::File(_) => KeySecurity::Default,
            Self::Tpm(_) => KeySecurity::Tpm,
        }
    }

    /// The text of `private.pem`.
    #[must_use]
    pub fn to_pem(&self) -> Zeroizing<String> {
        match self {
            Self::File(key) => key.to_pem(),
            Self::Tpm(key) => Zeroizing::new(key.to_pem()),
        }
    }

    /// Signs with the key's own algorithm and gives the JOSE form of the signature (RFC 7518 §3): raw `r || s` for
    /// ECDSA. A TPM takes up to some seconds and blocks the thread.
    ///
    /// # Errors
    /// [`DeviceKeyError::Sign`] or [`DeviceKeyError::Tpm`].
    pub fn sign(&self, input: &[u8]) -> Result<Vec<u8>, DeviceKeyError> {
        Ok(match self {
            Self::File(key) => key.sign(key.public().natural_algorithm(), input)?,
            Self::Tpm(key) => key.sign(input)?,
        })
    }

    /// A compact JWS over `claims` with this `typ`.
    ///
    /// # Errors
    /// As [`DeviceKey::sign`].
    pub fn sign_jws(&self, typ: &str, claims: &impl Serialize) -> Result<String, DeviceKeyError> {
        #[derive(Serialize)]
        struct Header<'a> {
            typ: &'a str,
        }
        sign_with(
            self.public().natural_algorithm(),
            &Header { typ },
            claims,
            |input| self.sign(input),
        )
    }

    /// [`DeviceKey::sign`] as JWTs and the documented command carry it: base64url without padding.
    ///
    /// # Errors
    /// As [`DeviceKey::sign`].
    pub fn sign_base64url(&self, input: &[u8]) -> Result<String, DeviceKeyError> {
        Ok(base64url::encode(&self.sign(input)?))
    }
}

/// The text of a key file, wiped when it is dropped.
pub(crate) fn read_pem(path: &Path) -> Result<Zeroizing<String>, KeyFileError> {
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
    Ok(pem)
}
