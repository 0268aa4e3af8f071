//! The inbox, and the courier against a real push service on this machine.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets what it does not expect has to stop"
)]

mod courier;
mod failing;
mod inbox;
mod push_service;
mod scene;
