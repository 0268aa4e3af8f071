//! The phone's side of Countersign: a person's authenticator as a library and as the terminal program
//! `countersign-authenticator`.
//!
//! An authenticator is a key pair that is made on the phone and never leaves it. With an [`Invitation`] it joins a
//! person's account; from then on it lists what waits for the person, shows each request as it arrives, and signs
//! the person's decision. The signed decision names the digest of what was shown, so nobody, the provider included,
//! can say later that the person approved something else.
//!
//! ```no_run
//! # async fn example() -> Result<(), countersign_authenticator::Error> {
//! use countersign_authenticator::{Answer, Authenticator, Invitation, NewPhone, Ports};
//!
//! let invitation = Invitation::parse("https://id.example/enroll#…", None)?;
//! let phone = Authenticator::enrol(&invitation, &NewPhone::default(), Ports::system()).await?;
//! for item in phone.approvals().await? {
//!     phone.decide(&item, &Answer::approve()).await?;
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Time and randomness are handed in as [`Ports`], so that expiry can be tested without waiting.

pub mod cli;
pub mod render;

mod account;
mod approvals;
mod authenticator;
mod consents;
mod decide;
mod enrol;
mod error;
mod event_stream;
mod host;
mod http;
mod invitation;
mod picture;
mod ports;
mod scan;
mod session;
mod sse;
mod store;
mod watch;
mod x1280;

pub use account::Account;
pub use authenticator::Authenticator;
pub use decide::{Answer, digest_of};
pub use enrol::NewPhone;
pub use error::{Error, Refusal};
pub use host::Host;
pub use invitation::Invitation;
pub use picture::read_picture;
pub use ports::{Clock, Entropy, EntropyFailed, Ports, SystemClock, SystemEntropy};
pub use scan::Scan;
pub use store::{CredentialReservation, Reservation, Store};
pub use watch::{Notice, Pace, Watcher};
pub use x1280::Credential;
