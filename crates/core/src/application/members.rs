//! What the members of an application may be, in one place for adding and changing.

use crate::failure::Refusal;
use crate::text::is_showable;
use url::Url;

/// The longest name, in characters.
const NAME_MAX: usize = 100;
/// The longest description, in characters.
const DESCRIPTION_MAX: usize = 500;

pub(super) fn name(text: &str) -> Result<String, Refusal> {
    shown("name", text, NAME_MAX)
}

pub(super) fn description(text: &str) -> Result<String, Refusal> {
    shown("description", text, DESCRIPTION_MAX)
}

fn shown(member: &'static str, text: &str, max: usize) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > max || !is_showable(text) {
        return Err(Refusal::invalid_request(format!(
            "{member} must be 1 to {max} characters without control or invisible ones"
        )));
    }
    Ok(text.to_owned())
}

/// The folded, ASCII form of a host name with an optional port. A resource URL is compared with it after the same
/// parser has read it, so the two cannot differ in spelling only.
pub(super) fn hostname(text: &str) -> Result<String, Refusal> {
    let wrong = || {
        Refusal::invalid_request(
            "hostname must be a host name with an optional port, without scheme and path",
        )
    };
    let bare = text
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && !b"/\\?#@%".contains(&byte) || byte >= 0x80);
    let url = Url::parse(&format!("https://{text}"))
        .ok()
        .filter(|_| bare && !text.is_empty())
        .ok_or_else(wrong)?;
    let name = url.host_str().ok_or_else(wrong)?;
    Ok(url
        .port()
        .map_or_else(|| name.to_owned(), |port| format!("{name}:{port}")))
}

pub(super) fn client_identifier(text: &str) -> Result<String, Refusal> {
    let legal = text
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    if !legal || text.is_empty() || text.len() > 100 {
        return Err(Refusal::invalid_request(
            "client identifier must be 1 to 100 letters, digits, dots, dashes or underscores",
        ));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::hostname;

    #[test]
    fn a_host_name_is_kept_in_the_form_that_a_url_is_read_in() {
        assert_eq!(hostname("RP.Example").unwrap(), "rp.example");
        assert_eq!(hostname("rp.example:8443").unwrap(), "rp.example:8443");
        assert_eq!(hostname("rp.example:443").unwrap(), "rp.example");
        assert_eq!(hostname("bücher.example").unwrap(), "xn--bcher-kva.example");
        assert_eq!(hostname("127.0.0.1:4000").unwrap(), "127.0.0.1:4000");
        assert_eq!(hostname("[::1]:80").unwrap(), "[::1]:80");
    }

    #[test]
    fn a_host_name_has_no_scheme_path_or_user() {
        for text in [
            "",
            "https://rp.example",
            "rp.example/",
            "rp.example/x",
            "a@rp.example",
            "rp example",
            "rp.example:x",
            "rp\\x",
        ] {
            assert!(hostname(text).is_err(), "{text}");
        }
    }
}
