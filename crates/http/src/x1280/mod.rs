//! Mutual sign-in (X.1280): the service proves itself first, then the person approves. Sections are those of the profile
//! in `docs/specs/x1280.md`.

pub(crate) mod challenge;
mod close;
pub(crate) mod cors;
pub(crate) mod enroll;
pub(crate) mod initiate;
pub(crate) mod jwks;
pub(crate) mod reject;
mod socket;
pub(crate) mod sockets;
pub(crate) mod verify;
pub(crate) mod ws;

/// The routes whose refusals are `{error, message}`.
pub(crate) const ROUTES: [&str; 8] = [
    "/auth/initiate",
    "/ws/session/{sessionId}",
    "/auth/verify",
    "/verify",
    "/auth/reject",
    "/enroll/challenge",
    "/enroll",
    "/.well-known/jwks.json",
];
