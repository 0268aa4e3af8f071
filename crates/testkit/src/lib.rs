//! A deterministic world for tests: clock, entropy, soft phone, relying party, the store contract.
//!
//! Everything that can be real is real: the provider is the production one, on a real SQLite file. Only time and chance
//! are in the test's hand. This crate is linked by tests alone, so a broken expectation panics.

#![expect(
    clippy::expect_used,
    reason = "a test that cannot build its world has to stop"
)]

mod identity_phone;
mod mutual;
mod party;
mod phone;
pub mod relying_party;
pub mod store_contract;
mod time_and_chance;
mod world;

pub use identity_phone::{DEVICE_ID, IdentityPhone, der_signature, signature};
pub use party::{Party, fresh_jti};
pub use phone::SoftPhone;
pub use time_and_chance::{SeededEntropy, TestClock};
pub use world::{BEGINNING, World};
