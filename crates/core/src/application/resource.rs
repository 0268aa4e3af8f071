//! What a `resource` names (RFC 8707 §2, onesid.md §9): a URL, its application, and the client that answers to it.

use super::Application;
use crate::failure::{Fault, Outcome, Refusal};
use crate::oidc::Audience;
use crate::provider::Host;
use crate::store::Reading;
use countersign_protocol::ErrorCode;
use url::Url;

/// The longest resource that is read, in bytes.
const MAX_BYTES: usize = 2048;

/// The audience of tokens for a resource, `scheme://hostname[:port]`. `host` is the provider's own base URL.
///
/// # Errors
/// `invalid_target`, with one text for every cause: which hosts have an application here is not for every client to
/// find out by asking.
pub fn audience(tx: &dyn Reading, host: &Host, resource: &str) -> Outcome<Audience> {
    resolve(tx, host, resource).map(|(_, audience)| audience)
}

/// The application that a resource names, and the audience of it.
///
/// # Errors
/// As [`audience`].
pub fn resolve(tx: &dyn Reading, host: &Host, resource: &str) -> Outcome<(Application, Audience)> {
    let names = host_names(host, resource).ok_or_else(invalid_target)?;
    let application = find(tx, &names)?.ok_or_else(invalid_target)?;
    let client_id = application.client_id.clone().ok_or_else(invalid_target)?;
    let client = tx.clients().by_id(&client_id)?;
    if client.is_none_or(|client| client.disabled_at.is_some()) {
        return Err(invalid_target().into());
    }
    let resource = resource.to_owned();
    Ok((application, Audience { resource, client_id }))
}

/// The names that an application for this resource may stand under: with its port, then without.
fn host_names(provider: &Host, resource: &str) -> Option<[String; 2]> {
    if resource.len() > MAX_BYTES {
        return None;
    }
    let url = Url::parse(resource).ok()?;
    // A token for a resource without TLS would cross the network in the clear: only a provider that is itself served
    // without TLS (a test bench) has such applications.
    let scheme_fits = match url.scheme() {
        "https" => true,
        "http" => provider.as_str().starts_with("http:"),
        _ => false,
    };
    let plain = url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    let name = url.host_str().filter(|_| scheme_fits && plain)?;
    let port = url.port_or_known_default()?;
    Some([format!("{name}:{port}"), name.to_owned()])
}

fn find(tx: &dyn Reading, names: &[String]) -> Result<Option<Application>, Fault> {
    for name in names {
        if let Some(application) = tx.applications().by_hostname(name)? {
            return Ok(Some(application).filter(|application| application.disabled_at.is_none()));
        }
    }
    Ok(None)
}

pub(crate) fn invalid_target() -> Refusal {
    Refusal::new(
        ErrorCode::InvalidTarget,
        "no enabled application answers to this resource; name it as scheme://hostname, as the list of applications does",
    )
}

#[cfg(test)]
mod tests {
    use super::host_names;
    use crate::provider::Host;

    fn names(provider: &str, resource: &str) -> Option<[String; 2]> {
        host_names(&Host::parse(provider).unwrap(), resource)
    }

    #[test]
    fn a_resource_is_a_host_with_or_without_its_port() {
        let found = Some(["rp.example:443".to_owned(), "rp.example".to_owned()]);
        for resource in [
            "https://rp.example",
            "https://rp.example/",
            "https://RP.example:443",
            "HTTPS://rp.example",
        ] {
            assert_eq!(names("https://idp.example", resource), found, "{resource}");
        }
        let found = Some(["rp.example:8443".to_owned(), "rp.example".to_owned()]);
        assert_eq!(names("https://idp.example", "https://rp.example:8443"), found);
    }

    #[test]
    fn anything_but_scheme_host_and_port_names_nothing() {
        for resource in [
            "",
            "rp.example",
            "https://",
            "ftp://rp.example",
            "https://rp.example/path",
            "https://rp.example/?query",
            "https://rp.example/#fragment",
            "https://user@rp.example",
            "urn:example:rp",
            &format!("https://{}.example", "a".repeat(2048)),
        ] {
            assert_eq!(names("https://idp.example", resource), None, "{resource}");
        }
    }

    #[test]
    fn plain_http_is_for_a_provider_without_tls_only() {
        assert_eq!(names("https://idp.example", "http://rp.example"), None);
        assert!(names("http://127.0.0.1:4000", "http://rp.example").is_some());
    }
}
