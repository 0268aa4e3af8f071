//! JSON Web Signatures in compact serialization (RFC 7515 §7.1).

mod header;
mod sign;
mod unverified;
mod verified;

pub use header::Header;
pub use sign::{sign, sign_with};
pub use unverified::UnverifiedJws;
pub use verified::VerifiedJws;

/// The longest token that is read or made, in bytes. Longer ones are refused before anything is decoded, so that
/// hashing and parsing cost stays small whoever sends them.
pub const MAX_COMPACT_LEN: usize = 64 * 1024;
