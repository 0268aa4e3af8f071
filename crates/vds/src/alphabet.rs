//! From text to a container: four alphabets, found out without being told, and one way to write each byte string.

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::{MAX_TEXT_LEN, VdsError};

const HC1: &str = "HC1:";
const ISO_22376: u8 = 0xDE;

/// The bytes of a container, its own marker still in place for ISO 22376 and taken off for HC1.
pub(crate) enum Unwrapped {
    /// What Base45 after `HC1:` stood for: a zlib stream, if nobody lies.
    Hc1(Vec<u8>),
    /// From the marker 0xDE to the end of the signature.
    Iso22376(Vec<u8>),
}

/// Finds container and alphabet.
///
/// No text can be two of them, so the order does not matter: 0xDE is `DE` or `de` in hex, `3` and a lower-case letter in
/// both forms of Base64, and ends its first group with `S` in Base45, which has no lower case.
pub(crate) fn unwrap(text: &str) -> Result<Unwrapped, VdsError> {
    if text.len() > MAX_TEXT_LEN {
        return Err(VdsError::TextTooLong);
    }
    // A file ends with a line break. A space is a character of Base45 and stays.
    let text = text.trim_end_matches(['\r', '\n']);
    if let Some(seal) = text.strip_prefix(HC1) {
        return hc1(seal);
    }
    for decode in [hex, base64, base45] {
        let Some(bytes) = decode(text) else { continue };
        if bytes.first() == Some(&ISO_22376) {
            return Ok(Unwrapped::Iso22376(bytes));
        }
        if let Some(seal) = bytes.strip_prefix(HC1.as_bytes()) {
            return hc1(std::str::from_utf8(seal).map_err(|_| VdsError::Base45)?);
        }
    }
    Err(VdsError::UnknownContainer)
}

/// Writes the text of an HC1 container around its zlib stream.
pub(crate) fn wrap_hc1(zlib: &[u8]) -> String {
    format!("{HC1}{}", base45::encode(zlib))
}

fn hc1(seal: &str) -> Result<Unwrapped, VdsError> {
    base45(seal).map(Unwrapped::Hc1).ok_or(VdsError::Base45)
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else {
        return None;
    };
    pairs
        .iter()
        .map(|&[high, low]| Some(hex_digit(high)? << 4 | hex_digit(low)?))
        .collect()
}

fn hex_digit(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

/// Base64 or base64url (RFC 4648 §4, §5), padded or not: both are in use for seals, and a seal is known by its id, not
/// by its text.
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    [&STANDARD, &URL_SAFE]
        .into_iter()
        .find_map(|alphabet| GeneralPurpose::new(alphabet, config).decode(text).ok())
}

/// Strict Base45: RFC 9285 §4 refuses a group that is too large for its bytes, and the library cuts the last one off.
/// Writing the bytes anew shows every such second spelling.
fn base45(text: &str) -> Option<Vec<u8>> {
    base45::decode(text)
        .ok()
        .filter(|bytes| base45::encode(bytes) == text)
}
