//! SHA-256, HMAC, HKDF and comparison in constant time.

use aws_lc_rs::{constant_time, digest, hkdf, hmac};
use zeroize::Zeroizing;

/// More than 255 blocks of output were asked from HKDF (RFC 5869 §2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("HKDF-SHA-256 gives at most 8160 bytes")]
pub struct HkdfError;

/// The SHA-256 digest of `data`.
#[must_use]
pub fn sha256(data: &[u8]) -> [u8; 32] {
    first(digest::digest(&digest::SHA256, data).as_ref())
}

/// The SHA-384 digest of `data`.
#[must_use]
pub fn sha384(data: &[u8]) -> [u8; 48] {
    first(digest::digest(&digest::SHA384, data).as_ref())
}

/// The SHA-512 digest of `data`.
#[must_use]
pub fn sha512(data: &[u8]) -> [u8; 64] {
    first(digest::digest(&digest::SHA512, data).as_ref())
}

/// HMAC-SHA-256 of `data` under `key` (RFC 2104). For comparing use [`ct_eq`].
#[must_use]
pub fn hmac_sha256(key: &[u8], data: &[u8]) -> [u8; 32] {
    first(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), data).as_ref())
}

/// Whether two byte strings are equal, in a time that depends on their lengths only.
///
/// Comparing secrets with `==` tells an attacker how many leading bytes were right.
#[must_use]
pub fn ct_eq(left: &[u8], right: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(left, right).is_ok()
}

/// HKDF-SHA-256, extract and expand (RFC 5869): `out_len` bytes from `ikm`, bound to `salt` and `info`.
///
/// # Errors
/// [`HkdfError`] if `out_len` is above 8160.
pub fn hkdf_sha256(
    ikm: &[u8],
    salt: &[u8],
    info: &[u8],
    out_len: usize,
) -> Result<Zeroizing<Vec<u8>>, HkdfError> {
    let mut out = Zeroizing::new(vec![0; out_len]);
    let key = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(ikm);
    key.expand(&[info], OutputLen(out_len))
        .and_then(|output| output.fill(&mut out))
        .map_err(|_| HkdfError)?;
    Ok(out)
}

struct OutputLen(usize);

impl hkdf::KeyType for OutputLen {
    fn len(&self) -> usize {
        self.0
    }
}

fn first<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut out = [0; N];
    for (to, from) in out.iter_mut().zip(bytes) {
        *to = *from;
    }
    out
}
