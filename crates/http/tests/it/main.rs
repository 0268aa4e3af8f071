//! The real router, in process, on a whole provider.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets what it does not expect has to stop"
)]

mod address;
mod application;
mod arbitrary;
mod bad_input;
mod bearer;
mod consent;
mod coverage;
mod credential;
mod device_key;
mod events;
mod faults;
mod headers;
mod limits;
mod log;
mod observed;
mod push;
mod qr;
mod queries;
mod races;
mod reference;
mod relying_party;
mod routes;
mod rows;
mod served;
mod service;
mod sign_in;
mod site;
mod verification;
mod wire;
mod x1280;
