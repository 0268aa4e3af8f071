//! C40 (ISO/IEC 16022): three characters in two bytes. A reference has the basic set only: space, digits, capitals.

/// Decodes the three words of a reference to nine characters; spaces at the end are padding.
pub(super) fn decode(words: [u8; 6]) -> Option<String> {
    let (words, []) = words.as_chunks::<2>() else {
        return None;
    };
    let mut text = String::with_capacity(9);
    for word in words {
        let packed = u16::from_be_bytes(*word).checked_sub(1)?;
        for value in [packed / 1600, packed / 40 % 40, packed % 40] {
            text.push(character(value)?);
        }
    }
    Some(text.trim_end().to_owned()).filter(|text| !text.is_empty())
}

/// 0 to 2 shift to other sets, which a reference does not use.
fn character(value: u16) -> Option<char> {
    let value = u8::try_from(value).ok()?;
    match value {
        3 => Some(' '),
        4..=13 => Some(char::from(b'0' + value - 4)),
        14..=39 => Some(char::from(b'A' + value - 14)),
        _ => None,
    }
}
