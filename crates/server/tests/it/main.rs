//! Tests of the program `countersign`, run as a person or a script runs it.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a broken expectation must stop the test"
)]

mod consent;
