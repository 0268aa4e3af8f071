//! Adding an application.

use super::{Application, ApplicationType};
use crate::audit::AuditEvent;
use crate::audit::chain::{self, actor};
use crate::failure::{Outcome, Refusal};
use crate::id::{ApplicationId, ClientId};
use crate::provider::Provider;
use crate::text::is_showable;
use countersign_protocol::approval::VerificationMode;
use url::Url;

/// What an operator says of a new application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewApplication {
    /// Its name, shown to people.
    pub name: String,
    /// Its type.
    pub kind: ApplicationType,
    /// Its host name, without scheme, perhaps with a port.
    pub hostname: Option<String>,
    /// A stable name that clients look it up by.
    pub client_identifier: Option<String>,
    /// A sentence about it.
    pub description: Option<String>,
    /// The client that holds its key.
    pub client_id: Option<String>,
    /// How strongly decisions are tied to its screen.
    pub verification_mode: Option<VerificationMode>,
    /// Left out of pickers.
    pub is_hidden: bool,
    /// Depends on another application.
    pub is_dependent: bool,
}

impl NewApplication {
    /// An application with a name and a type, and nothing else.
    pub fn new(name: impl Into<String>, kind: ApplicationType) -> Self {
        Self {
            name: name.into(),
            kind,
            hostname: None,
            client_identifier: None,
            description: None,
            client_id: None,
            verification_mode: None,
            is_hidden: false,
            is_dependent: false,
        }
    }
}

/// Adds an application. `by` is a username, or `cli`.
///
/// # Errors
/// `invalid_request`, naming what to change; `conflict`: the host name or the client identifier is taken.
pub async fn add(provider: &Provider, new: NewApplication, by: &str) -> Outcome<Application> {
    let now = provider.clock.now();
    let client_id = new.client_id.as_deref().map(client_id).transpose()?;
    let application = Application {
        id: ApplicationId::new(provider.entropy.as_ref()),
        kind: new.kind,
        name: shown("name", &new.name, 100)?,
        hostname: new.hostname.as_deref().map(hostname).transpose()?,
        client_identifier: new
            .client_identifier
            .as_deref()
            .map(client_identifier)
            .transpose()?,
        description: new
            .description
            .map(|text| shown("description", &text, 500))
            .transpose()?,
        client_id,
        verification_mode: new.verification_mode,
        is_hidden: new.is_hidden,
        is_dependent: new.is_dependent,
        created_at: now,
        disabled_at: None,
    };
    let event = AuditEvent::new(
        now,
        actor(by),
        "application.add",
        format!("application:{}", application.id),
    )
    .with("name", &application.name)
    .with("hostname", &application.hostname)
    .with("client", &application.client_id);
    let audit = provider.audit_key();
    provider
        .store
        .write(move |tx| {
            if let Some(id) = &application.client_id
                && tx.clients().by_id(id)?.is_none()
            {
                return Err(unknown_client().into());
            }
            if !tx.applications_mut().insert(&application)? {
                let taken = "another application has this host name or this client identifier; see app list";
                return Err(Refusal::conflict(taken).into());
            }
            chain::record(tx, &audit, event)?;
            Ok(application)
        })
        .await
}

fn client_id(text: &str) -> Result<ClientId, Refusal> {
    ClientId::parse(text).ok_or_else(unknown_client)
}

fn unknown_client() -> Refusal {
    Refusal::invalid_request(
        "there is no client with this client id; register the device or add the client first",
    )
}

/// The folded, ASCII form of a host name with an optional port. A resource URL is compared with it after the same
/// parser has read it, so the two cannot differ in spelling only.
fn hostname(text: &str) -> Result<String, Refusal> {
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

fn client_identifier(text: &str) -> Result<String, Refusal> {
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

fn shown(member: &'static str, text: &str, max: usize) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > max || !is_showable(text) {
        return Err(Refusal::invalid_request(format!(
            "{member} must be 1 to {max} characters without control or invisible ones"
        )));
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
