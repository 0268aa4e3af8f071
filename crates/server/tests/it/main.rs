//! Tests of the program `countersign`, run as a person or a script runs it.

#![expect(clippy::unwrap_used, reason = "a broken expectation must stop the test")]

mod application;
mod consent;
