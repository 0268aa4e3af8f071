//! A machine's own identity: its key pair, its registration with a provider, its signatures and its access token.
//!
//! The program `countersign-device` is a thin shell over this library, and the library for services stands on it.
//! The usual way in is [`Identity::load`], which reads `device.yml` and `private.pem` and then signs:
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use countersign_device::{Folders, Http, Identity, Stamp, fetch_access_token};
//!
//! let identity = Identity::load(&Folders::of_this_machine()?)?;
//! let http = Http::for_host(&identity.config().host)?;
//! let token = fetch_access_token(&http, &identity, Stamp::now()?).await?;
//! # drop(token);
//! # Ok(())
//! # }
//! ```
//!
//! Time and randomness are handed in as a [`Stamp`]; every call to the provider goes through one [`Http`], which
//! follows no redirects, waits at most a few seconds and reads a bounded body.

mod config;
mod enterprise;
mod folders;
mod host;
mod http;
mod identity;
mod install;
mod key_file;
mod registration;
mod stamp;
mod system;
mod token;
mod words;
mod yaml;

pub use config::{CONFIG_VERSION, ConfigError, DeviceConfig, KeySecurity};
pub use enterprise::{EnterpriseConfig, EnterpriseConfigError};
pub use folders::{Folders, NoHome};
pub use host::{Host, HostError};
pub use http::{Http, HttpError};
pub use identity::{Identity, IdentityError};
pub use install::{Install, InstallError};
pub use key_file::KeyFileError;
pub use registration::{
    Approved, Patience, PendingRegistration, Poll, PublicJwks, RegistrationError, public_jwk, register,
};
pub use stamp::{Stamp, StampError};
pub use system::System;
pub use token::{AccessToken, TokenError, fetch_access_token};
pub use words::device_key_type;

pub use reqwest::StatusCode;
