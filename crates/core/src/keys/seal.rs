//! The sealing key: what is sealed under it, and the secrets that are derived from it and stored nowhere.

use crate::entropy::Entropy;
use crate::failure::Fault;
use countersign_jose::aead::SealingKey;
use countersign_jose::hash;
use zeroize::Zeroizing;

/// Seals private keys at rest and derives secrets. It holds no copy of the sealing key itself: one key is made from
/// it for sealing and one for deriving, so that neither use can tell anything about the other.
pub struct Sealer {
    sealing: SealingKey,
    /// Pseudorandom key (RFC 5869 §2.2) of everything that [`Sealer::derive`] gives.
    deriving: Zeroizing<[u8; 32]>,
}

impl Sealer {
    /// Takes the sealing key: 32 random bytes that belong to one data directory.
    #[must_use]
    pub fn new(sealing_key: [u8; 32]) -> Self {
        let sealing_key = Zeroizing::new(sealing_key);
        let master = Zeroizing::new(extract(b"countersign sealing key", sealing_key.as_ref()));
        Self {
            sealing: SealingKey::new(expand(&master, b"seal")),
            deriving: Zeroizing::new(expand(&master, b"derive")),
        }
    }

    /// Seals `plain` with AES-256-GCM and binds it to `purpose`, so that it opens nowhere else. 28 bytes longer.
    ///
    /// # Errors
    /// The cryptographic library refuses, which it does only above 64 GiB.
    pub fn seal(&self, purpose: &str, entropy: &dyn Entropy, plain: &[u8]) -> Result<Vec<u8>, Fault> {
        self.sealing
            .seal(purpose.as_bytes(), plain, entropy.bytes())
            .map_err(|error| Fault::new(format!("sealing {purpose}")).with_source(error))
    }

    /// Opens what [`Sealer::seal`] made for the same purpose.
    ///
    /// # Errors
    /// The sealing key is another one, or the data is damaged; the two cannot be told apart.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Fault> {
        self.sealing.open(purpose.as_bytes(), sealed).map_err(|error| {
            Fault::new(format!(
                "{purpose} does not open: the sealing key is wrong or the data is damaged; \
                 give the sealing key that belongs to this data directory, or restore a backup"
            ))
            .with_source(error)
        })
    }

    /// `N` bytes for a purpose and a salt by HKDF-SHA-256 (RFC 5869): the same bytes each time, and no others tell
    /// anything about them. `N` is at most 8160.
    #[must_use]
    pub fn derive<const N: usize>(&self, purpose: &str, salt: &[u8]) -> [u8; N] {
        let key = Zeroizing::new(extract(salt, self.deriving.as_ref()));
        expand(&key, purpose.as_bytes())
    }
}

/// RFC 5869 §2.2.
fn extract(salt: &[u8], secret: &[u8]) -> [u8; 32] {
    hash::hmac_sha256(salt, secret)
}

/// RFC 5869 §2.3, for a length that is known to fit: unlike a library call it cannot fail, and a derived secret has
/// no sensible other value.
fn expand<const N: usize>(key: &[u8; 32], info: &[u8]) -> [u8; N] {
    const { assert!(N <= 255 * 32, "HKDF-SHA-256 gives at most 8160 bytes") };
    let mut out = [0; N];
    let mut block = Zeroizing::new(Vec::new());
    for (counter, chunk) in (1..=u8::MAX).zip(out.chunks_mut(32)) {
        let input = Zeroizing::new([block.as_slice(), info, &[counter]].concat());
        *block = hash::hmac_sha256(key, &input).to_vec();
        for (to, from) in chunk.iter_mut().zip(block.iter()) {
            *to = *from;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{expand, extract};
    use countersign_jose::hash::hkdf_sha256;

    #[test]
    fn derivation_is_hkdf_as_the_library_computes_it() {
        let ours: [u8; 100] = expand(&extract(b"salt", b"input"), b"info");
        let theirs = hkdf_sha256(b"input", b"salt", b"info", 100).unwrap();
        assert_eq!(ours.as_slice(), theirs.as_slice());
    }
}
