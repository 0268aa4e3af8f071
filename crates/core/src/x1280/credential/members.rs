//! What an operator says of a person, checked member by member. A value itself is never repeated: a refusal ends up in
//! terminals and logs.

use crate::failure::Refusal;
use crate::text::is_showable;
use crate::time::Timestamp;
use crate::x1280::age;

/// The longest name, in characters.
const NAME_MAX: usize = 100;
/// The longest number of a document, in characters.
const DOCUMENT_MAX: usize = 64;

pub(super) fn name(member: &str, text: &str) -> Result<String, Refusal> {
    one_line(member, text, NAME_MAX)
}

pub(super) fn document_number(text: &str) -> Result<String, Refusal> {
    one_line("document number", text, DOCUMENT_MAX)
}

fn one_line(member: &str, text: &str, max: usize) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > max || !is_showable(text) {
        return Err(Refusal::invalid_request(format!(
            "{member} must be 1 to {max} characters without control or invisible ones"
        )));
    }
    Ok(text.to_owned())
}

/// A whole date that was: from half a date no age can be told.
pub(super) fn date_of_birth(text: &str, now: Timestamp) -> Result<String, Refusal> {
    let born = age::date_of_birth(text.trim());
    let past = born.zip(age::date_of(now)).filter(|(born, today)| born <= today);
    let (born, _) = past
        .ok_or_else(|| Refusal::invalid_request("date of birth must be a day of the past as YYYY-MM-DD"))?;
    Ok(born.to_string())
}

/// ISO 3166-1 alpha-3 by its form: the list changes, and issuers use the codes that it leaves to them.
pub(super) fn nationality(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.len() != 3 || !text.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(Refusal::invalid_request(
            "nationality must be three capital letters of ISO 3166-1, such as FRA",
        ));
    }
    Ok(text.to_owned())
}

pub(super) fn trust_level(level: u8) -> Result<u8, Refusal> {
    if (1..=3).contains(&level) {
        Ok(level)
    } else {
        Err(Refusal::invalid_request("trust level must be 1, 2 or 3"))
    }
}

/// A picture that every phone can show; how large it may be is found out when the credential is written.
pub(super) fn photo(bytes: Vec<u8>) -> Result<Vec<u8>, Refusal> {
    let is_webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
    if bytes.starts_with(&[0xff, 0xd8, 0xff]) || bytes.starts_with(b"\x89PNG\r\n\x1a\n") || is_webp {
        Ok(bytes)
    } else {
        Err(Refusal::invalid_request(
            "photo must be a JPEG, PNG or WebP picture",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::{date_of_birth, document_number, name, nationality, photo, trust_level};
    use crate::time::Timestamp;

    const NOW: Timestamp = Timestamp::from_unix(1_795_251_600);

    #[test]
    fn members_that_cannot_be_are_refused() {
        for wrong in ["", " ", "a\nb", "a\u{200b}b", &"n".repeat(101)] {
            assert!(name("given name", wrong).is_err(), "{wrong}");
        }
        assert!(document_number(&"9".repeat(65)).is_err());
        for wrong in ["1990", "1990-02-30", "01.02.1990", "2026-11-22", "1990-1-1", ""] {
            assert!(date_of_birth(wrong, NOW).is_err(), "{wrong}");
        }
        for wrong in ["FR", "fra", "FRAN", "F1A", ""] {
            assert!(nationality(wrong).is_err(), "{wrong}");
        }
        for wrong in [0, 4] {
            assert!(trust_level(wrong).is_err());
        }
        for wrong in [&b""[..], b"GIF89a", b"RIFF0000WAVE"] {
            assert!(photo(wrong.to_vec()).is_err());
        }
    }

    #[test]
    fn members_that_can_be_are_kept_without_the_spaces_around_them() {
        assert_eq!(name("given name", " Zoë  ").unwrap(), "Zoë");
        assert_eq!(date_of_birth("2026-11-21", NOW).unwrap(), "2026-11-21");
        assert_eq!(nationality("FRA").unwrap(), "FRA");
        assert!(photo(b"RIFF0000WEBP".to_vec()).is_ok());
    }
}
