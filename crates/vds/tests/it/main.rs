//! The crate against other people's vectors, against seals made by hand, and against hostile bytes.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "the helpers of tests may fail loudly like the tests themselves"
)]

mod alphabets;
mod bombs;
mod bytes;
mod claimed;
mod claims;
mod cose;
mod dgc;
mod headers;
mod iso22376;
mod issuing;
mod keys;
mod support;
mod times;
