use std::sync::Mutex;

use countersign_jose::{KeyType, PublicKey};

use super::tpm_public::public_key;
use super::tss2::{Tss2Error, Tss2Key};
use crate::tpm::{self, Tcti, TpmError};

/// A key that is in a TPM: it never leaves it, and signs there.
pub struct TpmKey {
    file: Tss2Key,
    public: PublicKey,
    tcti: Tcti,
    /// A TPM without resource manager serves one caller at a time.
    turn: Mutex<()>,
}

impl TpmKey {
    /// The key that a file describes, in the TPM that this machine's environment names. The TPM is not asked yet.
    ///
    /// # Errors
    /// [`Tss2Error`]: the public part is not one of our kinds of key.
    pub fn new(file: Tss2Key) -> Result<Self, Tss2Error> {
        Ok(Self {
            public: public_key(&file.public)?,
            file,
            tcti: Tcti::of_this_machine(),
            turn: Mutex::new(()),
        })
    }

    /// Makes a new key in the TPM that this machine's environment names: for signatures only, bound to this TPM.
    ///
    /// # Errors
    /// [`TpmError`], which says what to do.
    pub fn make(kind: KeyType) -> Result<Self, TpmError> {
        let tcti = Tcti::of_this_machine();
        Self::new(tpm::make(&tcti, kind)?).map_err(|_| TpmError::Unsupported(kind))
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// What the file says of it.
    #[must_use]
    pub fn file(&self) -> &Tss2Key {
        &self.file
    }

    /// The text of its file.
    #[must_use]
    pub fn to_pem(&self) -> String {
        self.file.to_pem()
    }

    /// Signs in the TPM: RS256, or raw `r || s` for ES256 and ES384 (RFC 7518 §3).
    ///
    /// # Errors
    /// [`TpmError`], which says what to do.
    pub fn sign(&self, input: &[u8]) -> Result<Vec<u8>, TpmError> {
        let _turn = self.turn.lock();
        tpm::sign(&self.tcti, &self.file, self.public.key_type(), input)
    }
}
