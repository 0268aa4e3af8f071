//! The program `countersign-device` from outside, against a provider of its own, and the library's files.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a helper of a test fails the test, as the test itself would"
)]

mod config;
mod enterprise;
mod get;
mod init;
mod provider;
mod refusals;
mod usage;
mod world;
