//! The library for services and machines that sign people in with their phones (OpenID Connect CIBA).
//!
//! A service is a registered client with a key of its own: it asks the provider to ask the person, and collects the
//! tokens when the person has said yes. [`OpenIdconnectClient`] is that client:
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use countersign_client::{
//!     ClientError, LoginHint, OpenIdconnectClient, load_device_config, read_private_key,
//! };
//!
//! let config = load_device_config("/etc/px-device-identity/device.yml")?;
//! let key = read_private_key("/root/.local/share/px-device-identity/private.pem")?;
//! let client = OpenIdconnectClient::from_device_config(&config, key).await?;
//!
//! let request = client
//!     .make_ciba_request(&LoginHint::username("user.name@onesid1.com"), "openid profile", "Sign in to Example", None)
//!     .await?;
//! match client.check_ciba_status(&request.auth_req_id).await {
//!     Ok(tokens) => drop(client.validate_id_token(&tokens).await?),
//!     Err(ClientError::AuthorizationPending { interval }) => println!("ask again in {interval:?}"),
//!     Err(error) => println!("{error}; what to do: {:?}", error.advice()),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! **What it insists on.** The issuer of the discovery document, of every token and of every answer is the one that the
//! caller named. Keys are chosen by `kid`, algorithms by the key; `aud`, `exp`, `nbf` and `iat` are compared with our
//! own clock. No redirect is followed, no answer is waited for longer than [`Timeouts`] say, none is read beyond 64 KiB,
//! and JSON with two members of one name or nested without end is not read at all.
//!
//! **Errors say what to do.** [`ClientError::advice`]: wait, retry, give up, or look for the mistake on this side.
//!
//! Time and randomness are handed in with the [`Configuration`] ([`Clock`], [`Entropy`]), so that expiry can be tested
//! without waiting.

mod advice;
mod application;
mod ask;
mod assertion;
#[cfg(feature = "axum")]
mod bearer;
mod call;
mod ciba;
mod client;
mod clock;
mod config;
mod configuration;
mod consent;
mod device_access_token;
mod discovery;
mod entropy;
mod error;
mod host;
mod http;
mod introspection;
mod jwks;
mod key_file;
mod pace;
mod provider_metadata;
mod qr;
mod refresh;
#[cfg(feature = "axum")]
pub mod relying_party;
mod retry;
mod secret;
mod signer;
mod signing_service;
mod single_flight;
mod token_manager;
mod token_set;
mod validate;
pub mod wake;
mod words;
mod yaml;

pub use advice::Advice;
pub use application::WellKnownApplication;
pub use ask::{Ask, Ciba, PendingCiba};
#[cfg(feature = "axum")]
pub use bearer::{AuthenticatedUser, BearerRejection, RequireScope, RequireScopeService};
pub use ciba::{CibaRequest, LoginHint};
pub use client::OpenIdconnectClient;
pub use clock::{Clock, SystemClock};
pub use config::{CONFIG_VERSION, ConfigError, DeviceConfig, KeySecurity, RoleWords, load_device_config};
pub use configuration::{Configuration, JwksRules, MAX_LEEWAY, Timeouts};
pub use consent::{
    ClaimName, Consent, ConsentContent, ConsentReceipt, ConsentRequest, ConsentStatus, ConsentWait,
    ReceiptClaims, ReceiptError,
};
pub use device_access_token::DeviceAccessToken;
pub use discovery::discover_provider;
pub use entropy::{Entropy, EntropyError, SystemEntropy};
pub use error::ClientError;
pub use host::{Host, HostError};
pub use http::{Http, HttpError};
pub use introspection::Introspection;
pub use jwks::JwksError;
pub use key_file::{KeyFileError, read_private_key};
pub use provider_metadata::{CibaProviderMetadata, MetadataError, ProviderMetadata};
pub use qr::{AuthenticationQrCodeContent, QrCiba, QrSession, QrState};
pub use retry::Retry;
pub use secret::{AccessToken, AuthReqId, IdToken, RefreshToken};
pub use signer::{KeySigner, Signer, SignerError};
pub use signing_service::{DEFAULT_SIGNING_SERVICE_URL, SigningService};
pub use token_manager::{
    CibaRefresh, DeviceRefresh, ManagerExists, Refresh, TokenEvent, TokenManager, TokenManagerRegistry,
};
pub use token_set::TokenSet;
pub use validate::{TokenError, TokenKind, ValidatedToken};
pub use words::{device_key_type, printable};

pub use countersign_jose::{Algorithm, PrivateKey};
pub use countersign_protocol::ScopeList;
pub use countersign_protocol::qr::LoginHintKind;
pub use countersign_protocol::token::{FromIdentifierAnswer, IdentifyAnswer, SubjectType as Entity};
pub use openidconnect::{ClientId, IssuerUrl};
pub use reqwest::StatusCode;
