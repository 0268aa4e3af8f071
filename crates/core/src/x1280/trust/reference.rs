//! How credentials refer to keys.

use std::fmt;

/// What a credential carries to say which key signed it: `kid` of HC1 (RFC 9052 §3.1), any bytes; issuer and certificate
/// of ISO 22376, nine characters. Chosen by others and short, so it finds keys and proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KeyReference(Vec<u8>);

impl KeyReference {
    /// The longest reference that is kept, in bytes.
    pub const MAX_BYTES: usize = 128;

    /// Takes the bytes of a credential; `None` when there are none or too many.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Option<Self> {
        (1..=Self::MAX_BYTES)
            .contains(&bytes.len())
            .then(|| Self(bytes.to_vec()))
    }

    /// Reads what an operator writes: the text itself, or bytes in hexadecimal behind `0x`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.strip_prefix("0x") {
            Some(digits) => Self::new(&unhex(digits)?),
            None => Self::new(text.as_bytes()),
        }
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// As [`KeyReference::parse`] reads it: bytes that are no plain text come in hexadecimal.
impl fmt::Display for KeyReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = self.0.iter().all(u8::is_ascii_graphic) && !self.0.starts_with(b"0x");
        match std::str::from_utf8(&self.0) {
            Ok(text) if plain => f.write_str(text),
            _ => {
                f.write_str("0x")?;
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }
    }
}

fn unhex(digits: &str) -> Option<Vec<u8>> {
    if !digits.len().is_multiple_of(2) || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let byte = |at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    (0..digits.len()).step_by(2).map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::KeyReference;

    #[test]
    fn a_reference_is_read_as_it_is_shown() {
        for bytes in [
            &b"FR05FRAA1"[..],
            b"\xd9\x01\x91\x18\x07\x31\xa3\x5b",
            b"0x00",
            b"with space",
            b"\xff",
        ] {
            let reference = KeyReference::new(bytes).unwrap();
            assert_eq!(
                KeyReference::parse(&reference.to_string()),
                Some(reference.clone()),
                "{reference}"
            );
        }
        assert_eq!(KeyReference::new(b"FR05FRAA1").unwrap().to_string(), "FR05FRAA1");
        assert_eq!(KeyReference::new(b"\x00\xab").unwrap().to_string(), "0x00ab");
    }

    #[test]
    fn what_is_no_reference_is_refused() {
        let long = "k".repeat(129);
        for wrong in ["", "0x", "0x0", "0xzz", "0x+1", long.as_str()] {
            assert!(KeyReference::parse(wrong).is_none(), "{wrong}");
        }
    }
}
