//! Cookies that scripts cannot read and other sites cannot send.

use axum::http::HeaderMap;
use axum::http::header::{COOKIE, SET_COOKIE};

/// A `Set-Cookie` header. Behind TLS, as every real service is, add `Secure` and the prefix `__Host-`.
pub(crate) fn set(name: &str, value: &str) -> [(axum::http::HeaderName, String); 1] {
    [(
        SET_COOKIE,
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict"),
    )]
}

/// The value of a cookie of the request.
pub(crate) fn get<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find_map(|(have, value)| (have == name).then_some(value))
}
