//! PEM (RFC 7468). Written here and not taken from a library, because every buffer that held a private key is wiped.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::{PrivateKeyError, PublicKey};

/// RFC 7468 §2: lines of exactly 64 characters.
const LINE_LEN: usize = 64;
/// Room for a key of 16384 bits; a longer file is not one of ours.
const MAX_TEXT_LEN: usize = 32 * 1024;

/// The public key as SPKI PEM (`BEGIN PUBLIC KEY`), as `openssl` and existing clients read it (RFC 7468 §13).
#[must_use]
pub fn public_pem(key: &PublicKey) -> String {
    encode("PUBLIC KEY", key.spki_der()).to_string()
}

pub(crate) struct Block<'a> {
    pub(crate) label: &'a str,
    pub(crate) der: Zeroizing<Vec<u8>>,
}

pub(crate) fn encode(label: &str, der: &[u8]) -> Zeroizing<String> {
    let body = Zeroizing::new(STANDARD.encode(der));
    // One allocation: a growing string would leave copies of the key behind.
    let mut text = Zeroizing::new(String::with_capacity(
        body.len() + body.len() / LINE_LEN + 2 * label.len() + 64,
    ));
    text.push_str("-----BEGIN ");
    text.push_str(label);
    text.push_str("-----\n");
    let mut rest = body.as_str();
    while let Some((line, tail)) = rest.split_at_checked(LINE_LEN) {
        text.push_str(line);
        text.push('\n');
        rest = tail;
    }
    if !rest.is_empty() {
        text.push_str(rest);
        text.push('\n');
    }
    text.push_str("-----END ");
    text.push_str(label);
    text.push_str("-----\n");
    text
}

/// The one block of the text whose label says that it is a private key. Other blocks, such as the `EC PARAMETERS` of
/// OpenSSL, are passed over; two private keys are refused, because the caller could mean either.
pub(crate) fn private_key_block(text: &str) -> Result<Block<'_>, PrivateKeyError> {
    if text.len() > MAX_TEXT_LEN {
        return Err(PrivateKeyError::Pem);
    }
    let mut found = None;
    let mut rest = text;
    while let Some((label, body, tail)) = next_block(rest) {
        if label.ends_with("PRIVATE KEY") && found.replace((label, body)).is_some() {
            return Err(PrivateKeyError::Pem);
        }
        rest = tail;
    }
    let (label, body) = found.ok_or(PrivateKeyError::Pem)?;
    // RFC 1421 headers, which OpenSSL writes for keys under a passphrase.
    if body.contains("ENCRYPTED") {
        return Err(PrivateKeyError::Encrypted);
    }
    Ok(Block {
        label,
        der: decode(body)?,
    })
}

/// Label and body of the first block, and what follows it.
fn next_block(text: &str) -> Option<(&str, &str, &str)> {
    let (_, after) = text.split_once("-----BEGIN ")?;
    let (label, after) = after.split_once("-----")?;
    let (body, after) = after.split_once("-----END ")?;
    let tail = after.strip_prefix(label)?.strip_prefix("-----")?;
    Some((label, body, tail))
}

fn decode(body: &str) -> Result<Zeroizing<Vec<u8>>, PrivateKeyError> {
    let mut base64 = Zeroizing::new(String::with_capacity(body.len()));
    base64.extend(body.chars().filter(|character| !character.is_ascii_whitespace()));
    let mut der = Zeroizing::new(Vec::with_capacity(base64.len()));
    STANDARD
        .decode_vec(base64.as_bytes(), &mut der)
        .map_err(|_| PrivateKeyError::Pem)?;
    Ok(der)
}
