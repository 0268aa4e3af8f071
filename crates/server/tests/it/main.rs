//! Tests of the program `countersign`, run as a person or a script runs it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a broken expectation must stop the test"
)]

mod audit;
mod backup;
mod cli;
mod config;
mod devices;
mod doctor;
mod init;
mod keys;
mod serve;
mod support;
mod tls;
