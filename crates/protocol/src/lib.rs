//! What goes over the wire: requests, answers and error codes.
//!
//! Types here parse and print; they never decide anything. There is no I/O, no clock and no cryptography in this
//! crate, so the provider, the machine's side, the phone's side and the libraries for services share one spelling
//! of every member.
//!
//! OAuth and OpenID Connect messages are `snake_case`; the OnesID JSON surface (devices, authenticators, approvals)
//! is `camelCase`, as its published clients expect.

pub mod application;
pub mod approval;
pub mod authenticator;
pub mod ciba;
pub mod client;
pub mod consent;
pub mod device;
pub mod device_key;
pub mod error;
pub mod merge_patch;
pub mod oidc;
pub mod qr;
pub mod scope;
pub mod token;
pub mod user;
pub mod x1280;

pub use error::{ErrorBody, ErrorCode};
pub use scope::ScopeList;
