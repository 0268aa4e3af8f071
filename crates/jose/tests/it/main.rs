//! The crate against other people's vectors, the attack list, OpenSSL, and arbitrary bytes.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "the helpers of tests may fail loudly like the tests themselves"
)]

mod attacks;
mod ece;
mod jwk;
mod keys;
mod onesid;
mod openssl;
mod primitives;
mod properties;
mod strict_json;
mod support;
mod wycheproof;
