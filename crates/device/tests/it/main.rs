//! The program `countersign-device` from outside, against a provider of its own, and the library's files.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a helper of a test fails the test, as the test itself would"
)]

mod config;
mod enterprise;
mod get;
mod init;
#[cfg(unix)]
mod local;
#[cfg(unix)]
mod look;
mod migrate;
mod peers;
mod provider;
mod refusals;
mod rotate;
#[cfg(unix)]
mod serve;
mod signatures;
#[cfg(feature = "tpm")]
mod soft_tpm;
#[cfg(unix)]
mod statement;
#[cfg(feature = "tpm")]
mod tpm;
mod tss2;
mod usage;
mod world;
