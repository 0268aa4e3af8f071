//! What an operator says of a service, checked member by member.

use super::WebOrigin;
use super::origin::is_protected;
use crate::failure::Refusal;
use crate::text::is_showable;
use countersign_protocol::x1280::IdentityScope;
use url::Url;

/// The longest name, in characters: a phone shows it in one or two lines.
const NAME_MAX: usize = 100;
/// The longest audience, in bytes.
const AUDIENCE_MAX: usize = 255;
/// The longest URL, in bytes.
const URL_MAX: usize = 2048;
/// The most origins of a service.
const ORIGINS_MAX: usize = 32;

pub(super) fn name(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > NAME_MAX || !is_showable(text) {
        return Err(Refusal::invalid_request(
            "name must be 1 to 100 characters without control or invisible ones: people see it on their phones",
        ));
    }
    Ok(text.to_owned())
}

/// RFC 7519 §2: a string or a URI. Compared byte by byte, so it has no space that somebody could overlook.
pub(super) fn audience(text: &str) -> Result<String, Refusal> {
    let legal = text.bytes().all(|byte| byte.is_ascii_graphic());
    if !legal || !(1..=AUDIENCE_MAX).contains(&text.len()) {
        return Err(Refusal::invalid_request(
            "audience must be 1 to 255 printable ASCII characters without spaces; it is aud of the identities",
        ));
    }
    Ok(text.to_owned())
}

/// Known scopes, each once.
pub(super) fn scopes(member: &str, words: &[String]) -> Result<Vec<IdentityScope>, Refusal> {
    let mut scopes = Vec::with_capacity(words.len());
    for word in words {
        let scope = IdentityScope::parse(word).ok_or_else(|| unknown_scope(member))?;
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    Ok(scopes)
}

fn unknown_scope(member: &str) -> Refusal {
    let known = IdentityScope::ALL.map(IdentityScope::as_str).join(" ");
    Refusal::invalid_request(format!("{member} must be of these: {known}"))
}

pub(super) fn origins(texts: &[String]) -> Result<Vec<WebOrigin>, Refusal> {
    if texts.len() > ORIGINS_MAX {
        return Err(Refusal::invalid_request("a service has 32 origins at most"));
    }
    let mut origins = Vec::with_capacity(texts.len());
    for text in texts {
        let origin = WebOrigin::parse(text).ok_or_else(|| {
            Refusal::invalid_request(
                "origin must be scheme, host and perhaps port of a web page, such as https://shop.example; http is for \
                 this machine only",
            )
        })?;
        if !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    Ok(origins)
}

/// A URL that a phone opens or loads: over `http` somebody on the way could put another picture or text there.
pub(super) fn url(member: &str, text: &str) -> Result<String, Refusal> {
    let url = Url::parse(text).ok().filter(|url| {
        text.len() <= URL_MAX && is_protected(url) && url.username().is_empty() && url.password().is_none()
    });
    let url = url.ok_or_else(|| {
        Refusal::invalid_request(format!(
            "{member} must be an https URL of at most 2048 bytes; http is for this machine only"
        ))
    })?;
    Ok(url.into())
}

#[cfg(test)]
mod tests {
    use super::{audience, name, origins, scopes, url};

    #[test]
    fn members_that_cannot_be_are_refused() {
        for wrong in ["", "  ", "a\u{202e}b", &"n".repeat(101)] {
            assert!(name(wrong).is_err(), "{wrong}");
        }
        for wrong in ["", "a b", "ä", &"a".repeat(256)] {
            assert!(audience(wrong).is_err(), "{wrong}");
        }
        for wrong in ["identity:nam", "openid", ""] {
            assert!(scopes("allowed scope", &[wrong.to_owned()]).is_err(), "{wrong}");
        }
        for wrong in [
            "shop.example/logo.png",
            "http://shop.example/logo.png",
            "javascript:alert(1)",
            "https://user:pass@shop.example/",
            "data:image/png;base64,AA==",
        ] {
            assert!(url("logo", wrong).is_err(), "{wrong}");
        }
        assert!(origins(&vec!["https://shop.example".to_owned(); 33]).is_err());
    }

    #[test]
    fn what_is_said_twice_is_kept_once() {
        let twice = |text: &str| vec![text.to_owned(), text.to_owned()];
        assert_eq!(scopes("allowed scope", &twice("identity:name")).unwrap().len(), 1);
        assert_eq!(origins(&twice("https://shop.example/")).unwrap().len(), 1);
        assert_eq!(
            url("logo", "http://localhost:3000/l.png").unwrap(),
            "http://localhost:3000/l.png"
        );
    }
}
