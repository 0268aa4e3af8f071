//! What operators do: one file for each noun. Every command opens the store directly and works beside a running server.

pub(crate) mod app;
pub(crate) mod audit;
pub(crate) mod authenticator;
pub(crate) mod client;
pub(crate) mod config;
pub(crate) mod consent;
pub(crate) mod credential;
pub(crate) mod device;
mod input;
pub(crate) mod key;
pub(crate) mod report;
pub(crate) mod service;
pub(crate) mod trust;
pub(crate) mod user;
mod user_data;

use countersign_core::time::Timestamp;

/// Who acts, in the audit log: the host's own command line.
pub(crate) const CLI: &str = "cli";

/// A moment for people: without fractions of a second.
pub(crate) fn moment(at: Timestamp) -> String {
    Timestamp::from_unix(at.unix()).rfc3339()
}

/// A moment that may not have come.
pub(crate) fn moment_or_dash(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "-".to_owned(), moment)
}
