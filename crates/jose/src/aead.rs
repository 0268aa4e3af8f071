//! AES-256-GCM for what is kept at rest, such as private keys in the store (NIST SP 800-38D).

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

/// The key that seals and opens. Wiped when dropped.
pub struct SealingKey(Zeroizing<[u8; 32]>);

/// The sealed bytes were not made with this key and this associated data, or were changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sealed bytes cannot be opened with this key and context")]
pub struct OpenError;

/// The cryptographic library could not seal; with AES-GCM only an input above 64 GiB does this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bytes could not be sealed")]
pub struct SealError;

impl SealingKey {
    /// Takes 32 random bytes as the key.
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        Self(Zeroizing::new(key))
    }

    /// Seals `plain` and binds it to `aad`, the context that must be the same when opening (for example table and
    /// row id, so that a sealed value cannot be moved to another row).
    ///
    /// The answer is `nonce ‖ ciphertext ‖ tag`, 28 bytes longer than `plain`. A nonce must never be used twice with
    /// one key: draw it at random for each call.
    ///
    /// # Errors
    /// [`SealError`] if the library refuses the input.
    pub fn seal(&self, aad: &[u8], plain: &[u8], nonce: [u8; NONCE_LEN]) -> Result<Vec<u8>, SealError> {
        let key = self.cipher().ok_or(SealError)?;
        let mut body = Vec::with_capacity(NONCE_LEN + plain.len() + AES_256_GCM.tag_len());
        body.extend_from_slice(&nonce);
        body.extend_from_slice(plain);
        let (_, secret) = body.split_at_mut(NONCE_LEN);
        let tag = key
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), secret)
            .map_err(|_| SealError)?;
        body.extend_from_slice(tag.as_ref());
        Ok(body)
    }

    /// Opens what [`seal`](Self::seal) made with the same key and `aad`.
    ///
    /// # Errors
    /// [`OpenError`] for a wrong key, another `aad`, or a changed or short input; which of them it was is not told.
    pub fn open(&self, aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let key = self.cipher().ok_or(OpenError)?;
        let (nonce, body) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(OpenError)?;
        let mut buffer = Zeroizing::new(body.to_vec());
        let opened = key
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(aad), &mut buffer)
            .map_err(|_| OpenError)?
            .len();
        buffer.truncate(opened);
        Ok(buffer)
    }

    fn cipher(&self) -> Option<LessSafeKey> {
        UnboundKey::new(&AES_256_GCM, self.0.as_ref())
            .ok()
            .map(LessSafeKey::new)
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKey(..)")
    }
}
