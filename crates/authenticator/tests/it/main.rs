//! The phone's side against a provider over real HTTP.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers outside #[test] functions: a test that goes wrong stops at once"
)]

mod consents;
mod decision;
mod enrolment;
mod fake_provider;
mod fake_x1280;
#[cfg(unix)]
mod interactive;
mod invitation;
mod network;
mod program;
mod rendering;
mod samples;
mod scan;
mod session;
mod store;
mod talking;
mod watching;
mod x1280;
mod x1280_program;
