//! Credentials of Countersign as visible digital seals (X.1280 profile, x1280.md §6): two containers behind one type,
//! decoded, verified and, for HC1, issued.
//!
//! **HC1** is the open container of the EU health certificate: `HC1:`, then Base45 (RFC 9285) of zlib of `COSE_Sign1`
//! (RFC 9052) of a CWT (RFC 8392). It is what we issue; our claims are a map under the private claim -65800.
//! **ISO 22376** version 2 is a header, MessagePack values in the order of a manifest, and a signature r‖s. It is read
//! and verified, never issued.
//!
//! **Types say what has happened.** [`UnverifiedVds`] is what somebody shows; it gives what is needed to choose a key.
//! [`VerifiedVds`] is what that key vouches for, and only a verification makes one. The claims are parsed after the
//! signature, so that no stranger's bytes reach that parser. Only the holder's own phone, which has no key to verify with,
//! asks for [`ClaimedVds`], which nothing accepts as verified.
//!
//! **Limits come before work.** 8 KiB of text, 64 KiB inflated, 16 levels of nesting, no map with one key twice, and no
//! declared length is believed before the bytes are there.
//!
//! **Not this crate's business.** Which key belongs to which issuer, whether it may issue persons or services, and
//! whether a credential was revoked. There is no clock: [`VerifiedVds::check_time`] is given the time.
//!
//! ```
//! use countersign_jose::{KeyType, PrivateKey};
//! use countersign_vds::{Content, PersonClaims, UnverifiedVds, issue};
//!
//! let key = PrivateKey::generate(KeyType::P256)?;
//! let person = Content::Person(PersonClaims {
//!     given_name: Some("Marie".to_owned()),
//!     ..PersonClaims::new("tok_1")
//! });
//! let text = issue(&person, "https://id.example", 1_700_000_000, Some(1_800_000_000), b"key-1", &key)?;
//!
//! let shown = UnverifiedVds::parse(&text)?;
//! assert_eq!(shown.kid(), Some(&b"key-1"[..]));
//! let verified = shown.verify(key.public())?;
//! verified.check_time(1_750_000_000)?;
//! assert_eq!(verified.content(), &person);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod alphabet;
mod cbor;
mod claimed;
mod content;
mod error;
mod hc1;
mod iso22376;
mod issue;
mod limits;
mod unverified;
mod verified;

pub use ciborium::Value;
pub use claimed::ClaimedVds;
pub use content::{Content, PersonClaims, ServiceClaims};
pub use error::VdsError;
pub use issue::issue;
pub use limits::{MAX_AHEAD_SECONDS, MAX_DEPTH, MAX_ID_LEN, MAX_INFLATED_LEN, MAX_TEXT_LEN};
pub use unverified::{Container, UnverifiedVds};
pub use verified::VerifiedVds;
