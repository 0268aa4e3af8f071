//! Encrypted content for push services: Message Encryption for Web Push (RFC 8291) in the coding `aes128gcm`
//! (RFC 8188). A push service carries the message and cannot read it.
//!
//! Everything random is handed in, so that a message is a pure function of its parts and the vector of RFC 8291,
//! Appendix A is a test.

use crate::hash::hkdf_sha256;
use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::agreement::{self, ECDH_P256};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey};
use std::fmt;
use zeroize::Zeroizing;

/// Bytes of an uncompressed point on P-256 (SEC 1 §2.3.3).
pub const POINT_LEN: usize = 65;
/// Bytes of the authentication secret (RFC 8291 §3.2).
pub const AUTH_LEN: usize = 16;
/// Bytes of the salt (RFC 8188 §2.1).
pub const SALT_LEN: usize = 16;
/// The longest message: what one record of 4096 bytes holds beside header, delimiter and tag, since a push service
/// must not be asked to carry more than 4096 bytes (RFC 8030 §7.2, RFC 8291 §4).
pub const MAX_PLAIN: usize = 3993;

const RECORD_SIZE: u32 = 4096;
const TAG_LEN: usize = 16;
/// Salt, record size and the length of the key id (RFC 8188 §2.1).
const FIXED_HEADER: usize = SALT_LEN + 4 + 1;
const HEADER: usize = FIXED_HEADER + POINT_LEN;
/// Ends the last record (RFC 8188 §2).
const LAST_RECORD: u8 = 2;

/// The bytes are no usable point of P-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an uncompressed point on P-256, 65 bytes that begin with 04")]
pub struct PointError;

/// The 32 bytes are no private key of P-256: zero, or not below the order. Of random bytes one in 2³² is; draw again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a private key of P-256")]
pub struct ScalarError;

/// A message cannot be encrypted: it is longer than [`MAX_PLAIN`], or the library refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the push message cannot be encrypted; it may have 3993 bytes at most")]
pub struct EncryptError;

/// A message is not one record for this receiver; which part of it is wrong is not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the push message cannot be decrypted with this key and secret")]
pub struct DecryptError;

/// A public key for agreement on P-256, checked to be on the curve: `p256dh` of a subscription. A point off the curve
/// would let its sender learn the other side's private key piece by piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgreementPoint([u8; POINT_LEN]);

impl AgreementPoint {
    /// Takes an uncompressed point.
    ///
    /// # Errors
    /// [`PointError`]: another length or form, or not on the curve.
    pub fn parse(bytes: &[u8]) -> Result<Self, PointError> {
        let point: [u8; POINT_LEN] = bytes.try_into().map_err(|_| PointError)?;
        if !point.starts_with(&[4]) || ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).is_err() {
            return Err(PointError);
        }
        Ok(Self(point))
    }

    /// The uncompressed point.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; POINT_LEN] {
        &self.0
    }
}

/// A private key for agreement on P-256: made for one message by a sender, kept by a receiver. Never for signatures.
pub struct AgreementKey {
    private: agreement::PrivateKey,
    public: AgreementPoint,
}

impl AgreementKey {
    /// Takes a private key as a big-endian number.
    ///
    /// # Errors
    /// [`ScalarError`]: the number is zero or not below the order of the curve.
    pub fn from_scalar(scalar: &[u8; 32]) -> Result<Self, ScalarError> {
        let private = agreement::PrivateKey::from_private_key(&ECDH_P256, scalar).map_err(|_| ScalarError)?;
        let public = private.compute_public_key().map_err(|_| ScalarError)?;
        let public = AgreementPoint::parse(public.as_ref()).map_err(|_| ScalarError)?;
        Ok(Self { private, public })
    }

    /// The public half.
    #[must_use]
    pub const fn public(&self) -> &AgreementPoint {
        &self.public
    }

    /// ECDH (RFC 8291 §3.1).
    fn agree(&self, peer: &AgreementPoint) -> Option<Zeroizing<Vec<u8>>> {
        let peer = agreement::UnparsedPublicKey::new(&ECDH_P256, peer.0);
        agreement::agree(&self.private, peer, (), |secret| {
            Ok(Zeroizing::new(secret.to_vec()))
        })
        .ok()
    }
}

impl fmt::Debug for AgreementKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AgreementKey")
            .field("public", &self.public)
            .finish_non_exhaustive()
    }
}

/// Encrypts one message for a subscription: the whole body of the request to the push service.
///
/// `ephemeral` and `salt` are for this message alone: with both the same, two messages would share key and nonce.
///
/// # Errors
/// [`EncryptError`]: the message is longer than [`MAX_PLAIN`], or the library refuses.
pub fn encrypt(
    plain: &[u8],
    receiver: &AgreementPoint,
    auth: &[u8; AUTH_LEN],
    ephemeral: &AgreementKey,
    salt: &[u8; SALT_LEN],
) -> Result<Vec<u8>, EncryptError> {
    if plain.len() > MAX_PLAIN {
        return Err(EncryptError);
    }
    let secret = ephemeral.agree(receiver).ok_or(EncryptError)?;
    let (key, nonce) = keys(&secret, auth, receiver, &ephemeral.public, salt).ok_or(EncryptError)?;
    let mut record = Zeroizing::new([plain, &[LAST_RECORD]].concat());
    let tag = key
        .seal_in_place_separate_tag(nonce, Aad::empty(), &mut record)
        .map_err(|_| EncryptError)?;
    let point_len = u8::try_from(POINT_LEN).map_err(|_| EncryptError)?;
    Ok([
        salt.as_slice(),
        &RECORD_SIZE.to_be_bytes(),
        &[point_len],
        ephemeral.public.as_bytes(),
        &record,
        tag.as_ref(),
    ]
    .concat())
}

/// Decrypts what [`encrypt`] made, as the receiver.
///
/// # Errors
/// [`DecryptError`]: it was made for somebody else, was changed, or is not one whole record (RFC 8291 §4).
pub fn decrypt(
    body: &[u8],
    receiver: &AgreementKey,
    auth: &[u8; AUTH_LEN],
) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
    let (header, record) = body.split_at_checked(HEADER).ok_or(DecryptError)?;
    let (fixed, sender) = header.split_at_checked(FIXED_HEADER).ok_or(DecryptError)?;
    let (salt, sizes) = fixed.split_first_chunk::<SALT_LEN>().ok_or(DecryptError)?;
    let [a, b, c, d, point_len] = sizes else {
        return Err(DecryptError);
    };
    let record_size = usize::try_from(u32::from_be_bytes([*a, *b, *c, *d])).map_err(|_| DecryptError)?;
    if usize::from(*point_len) != POINT_LEN || record.len() > record_size || record.len() <= TAG_LEN {
        return Err(DecryptError);
    }
    let sender = AgreementPoint::parse(sender).map_err(|_| DecryptError)?;
    let secret = receiver.agree(&sender).ok_or(DecryptError)?;
    let (key, nonce) = keys(&secret, auth, &receiver.public, &sender, salt).ok_or(DecryptError)?;
    let mut plain = Zeroizing::new(record.to_vec());
    let opened = key
        .open_in_place(nonce, Aad::empty(), &mut plain)
        .map_err(|_| DecryptError)?
        .len();
    plain.truncate(opened);
    // Padding after the delimiter is zeros (RFC 8188 §2).
    while plain.last() == Some(&0) {
        plain.pop();
    }
    (plain.pop() == Some(LAST_RECORD))
        .then_some(plain)
        .ok_or(DecryptError)
}

/// Content key and nonce (RFC 8291 §3.4, RFC 8188 §2.2 and §2.3).
fn keys(
    secret: &[u8],
    auth: &[u8; AUTH_LEN],
    receiver: &AgreementPoint,
    sender: &AgreementPoint,
    salt: &[u8; SALT_LEN],
) -> Option<(LessSafeKey, Nonce)> {
    let info = [
        b"WebPush: info\0".as_slice(),
        receiver.as_bytes(),
        sender.as_bytes(),
    ]
    .concat();
    let input = hkdf_sha256(secret, auth, &info, 32).ok()?;
    let key = hkdf_sha256(&input, salt, b"Content-Encoding: aes128gcm\0", 16).ok()?;
    let nonce = hkdf_sha256(&input, salt, b"Content-Encoding: nonce\0", NONCE_LEN).ok()?;
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).ok()?);
    Some((key, Nonce::try_assume_unique_for_key(&nonce).ok()?))
}
