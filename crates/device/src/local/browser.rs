//! Web pages are kept out: a page on any site can make the browser of this machine send requests to 127.0.0.1.

use axum::http::uri::Authority;
use axum::http::{HeaderMap, header};

use super::connection::{Connection, Way};

/// Why a request may come from a web page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Foreign {
    /// The page's site resolved its own name to 127.0.0.1 (DNS rebinding); the browser then tells that name.
    #[error("Host must be 127.0.0.1 or localhost; a name that only resolves to them is not taken")]
    Host,
    /// The browser says from which page the request comes.
    #[error("requests of web pages are refused; call from a program of this machine")]
    Page,
}

/// The name by which this service was called must be the machine's own.
pub(crate) fn refuse_foreign_host(connection: Connection, headers: &HeaderMap) -> Result<(), Foreign> {
    // No browser reaches a Unix socket, and programs call it by any name.
    if connection.way == Way::Unix {
        return Ok(());
    }
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return Err(Foreign::Host);
    };
    let host = Authority::try_from(host.as_bytes()).map_err(|_| Foreign::Host)?;
    let own = ["127.0.0.1", "localhost", "[::1]"];
    if own.iter().any(|own| host.host().eq_ignore_ascii_case(own)) {
        Ok(())
    } else {
        Err(Foreign::Host)
    }
}
