//! A machine's own identity: its key pair, its registration with a provider, its signatures and its access token.
//!
//! The program `countersign-device` is a thin shell over this library, and stands on the library for services (`countersign_client`).
//! The usual way in is [`Identity::load`], which reads `device.yml` and `private.pem` and then signs:
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use countersign_device::{Folders, Http, Identity, Stamp, USER_AGENT, fetch_access_token};
//!
//! let identity = Identity::load(&Folders::of_this_machine()?)?;
//! let http = Http::for_host(&identity.config().host, USER_AGENT)?;
//! let token = fetch_access_token(&http, &identity, Stamp::now()?).await?;
//! # drop(token);
//! # Ok(())
//! # }
//! ```
//!
//! Time and randomness are handed in as a [`Stamp`]; every call to the provider goes through one [`Http`], which
//! follows no redirects, waits at most a few seconds and reads a bounded body.

mod enterprise;
mod folders;
mod identity;
mod install;
mod key;
#[cfg(unix)]
mod local;
mod migrate;
mod registration;
#[cfg(unix)]
pub mod report;
mod rotate;
mod signer;
#[cfg(unix)]
pub mod signing_service;
mod stamp;
mod system;
mod token;
mod tpm;
#[cfg(unix)]
pub mod user_agent;
mod write;

pub use countersign_client::{
    CONFIG_VERSION, ConfigError, DeviceConfig, Host, HostError, Http, HttpError, KeyFileError, KeySecurity,
    device_key_type, load_device_config, read_private_key,
};
pub use enterprise::{EnterpriseConfig, EnterpriseConfigError};
pub use folders::{Folders, NoHome};
pub use identity::{Identity, IdentityError};
pub use install::Install;
pub use key::{DeviceKey, DeviceKeyError, TpmKey, Tss2Error, Tss2Key};
#[cfg(unix)]
pub use local::{Doors, LOOPBACK, LocalError, owner_in, stop_signal};
pub use migrate::{Answers, Migration, MigrationError, Step};
pub use registration::{
    Approved, Patience, PendingRegistration, Poll, PublicJwks, RegistrationError, public_jwk, register,
};
pub use rotate::{NewKey, Rotated, RotationError, rotate_key};
pub use signer::IdentitySigner;
pub use stamp::{Stamp, StampError};
pub use system::System;
pub use token::{AccessToken, TokenError, fetch_access_token};
pub use tpm::{Tcti, TpmError};
pub use write::InstallError;

/// `User-Agent` of every call of this program.
pub const USER_AGENT: &str = concat!("countersign-device/", env!("CARGO_PKG_VERSION"));

pub use reqwest::StatusCode;
