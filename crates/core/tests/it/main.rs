//! The use cases against the production provider on a real store, with time and chance in the test's hand.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "the helpers of tests may fail loudly like the tests themselves"
)]

mod application;
mod application_change;
mod audit;
mod ciba_poll;
mod client_registration;
mod consent;
mod device;
mod keys;
mod qr;
mod support;
mod user;
