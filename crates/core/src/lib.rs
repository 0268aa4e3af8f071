//! What the provider is: entities, state machines, use cases, and the ports they need.
//!
//! One approval engine with several front doors. A front door (CIBA now) opens an [`approval::Approval`], a person
//! decides it with a device-bound key, and only the [`evidence::Evidence`] of that decision can make tokens.
//!
//! Nothing here knows HTTP, SQL, the system clock or the system's randomness: see [`store`], [`time`], [`entropy`] and
//! [`bus`] for the ports. Every use case keeps one order: verify outside, then decide and write in one short
//! transaction, then wake after the commit.

pub mod application;
pub mod approval;
pub mod audit;
pub mod authenticator;
pub mod bus;
pub mod ciba;
pub mod client;
pub mod consent;
pub mod device;
pub mod entropy;
pub mod evidence;
pub mod failure;
pub mod id;
pub mod keys;
pub mod oidc;
pub mod outbound;
pub mod outbox;
pub mod policy;
pub mod provider;
pub mod qr;
pub mod secret;
pub mod store;
pub mod text;
pub mod time;
pub mod user;
pub mod x1280;

pub use failure::{Failure, Fault, Outcome, Refusal};
pub use provider::Provider;
