//! Invitations: what an operator gives to a person, as a link, a QR code or bare text.

use countersign_jose::{base64url, hash};
use url::Url;
use zeroize::Zeroizing;

use crate::{Error, Host};

/// Random bytes at the front of an invitation; the provider's host follows them.
const SECRET_LEN: usize = 32;

/// A single-use invitation, the provider that made it, and the address where that is reached.
///
/// No `Debug`: whoever has the text can enrol a phone in the person's name until it is used.
#[derive(Clone)]
pub struct Invitation {
    text: Zeroizing<String>,
    host: Host,
    server: Option<Host>,
}

impl Invitation {
    /// Reads an invitation, either bare or as the link `{host}/enroll#{invitation}`. `server` is another address of
    /// the same provider to connect to; what is signed still names the provider's own host.
    ///
    /// # Errors
    /// [`Error::Usage`] if the text is cut off, if a link leads to another host than its invitation names, or if
    /// the host is refused by [`Host::parse`].
    pub fn parse(text: &str, server: Option<&Host>) -> Result<Self, Error> {
        Self::read(text.trim(), server, Host::parse)
    }

    /// Like [`Invitation::parse`], but lets plain `http` to another machine through: for closed test networks.
    ///
    /// # Errors
    /// As [`Invitation::parse`], without the refusal of plain `http`.
    pub fn parse_danger_plain_http(text: &str, server: Option<&Host>) -> Result<Self, Error> {
        Self::read(text.trim(), server, Host::parse_danger_plain_http)
    }

    fn read(
        text: &str,
        server: Option<&Host>,
        host: impl Fn(&str) -> Result<Host, Error>,
    ) -> Result<Self, Error> {
        let (link, bare) = split(text)?;
        let named = embedded_host(bare)?;
        let text = Zeroizing::new(bare.to_owned());
        if let Some(server) = server {
            let named = Host::parse_danger_plain_http(&named)?;
            return Ok(Self {
                text,
                host: named,
                server: Some(server.clone()),
            });
        }
        let named = host(&named)?;
        // The key is bound to the host inside the invitation; a link to elsewhere was put together by somebody else.
        if let Some(link) = link
            && !named.same_origin(&host(&link)?)
        {
            return Err(Error::usage(
                "the link leads to another host than its invitation names; ask your operator for a new one",
            ));
        }
        Ok(Self {
            text,
            host: named,
            server: None,
        })
    }

    /// The text as the provider made it: a secret.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The provider that made it: the audience of what the phone signs.
    #[must_use]
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// Another address of the provider to connect to, if one was given.
    #[must_use]
    pub fn server(&self) -> Option<&Host> {
        self.server.as_ref()
    }

    /// base64url SHA-256 of the text, as the proof of possession names it.
    #[must_use]
    pub fn digest(&self) -> String {
        base64url::encode(&hash::sha256(self.text.as_bytes()))
    }
}

/// Separates a link's host from its invitation; bare text has no link.
fn split(text: &str) -> Result<(Option<String>, &str), Error> {
    if !text.contains("://") {
        return Ok((None, text));
    }
    let not_a_link = || Error::usage("this is not an enrolment link; copy all of {host}/enroll#{invitation}");
    let url = Url::parse(text).map_err(|_| not_a_link())?;
    let (front, bare) = text.split_once('#').ok_or_else(not_a_link)?;
    if url.path() != "/enroll" || url.query().is_some() {
        return Err(not_a_link());
    }
    let host = front.strip_suffix("/enroll").ok_or_else(not_a_link)?;
    Ok((Some(host.to_owned()), bare))
}

/// base64url(32 random bytes || host): the bare text names its host, so nothing else has to be typed.
fn embedded_host(bare: &str) -> Result<String, Error> {
    let cut_off = || {
        Error::usage("this is not a whole invitation; copy it again, from the first to the last character")
    };
    let bytes = Zeroizing::new(base64url::decode(bare).map_err(|_| cut_off())?);
    let host = bytes
        .get(SECRET_LEN..)
        .filter(|host| !host.is_empty())
        .ok_or_else(cut_off)?;
    String::from_utf8(host.to_vec()).map_err(|_| cut_off())
}
