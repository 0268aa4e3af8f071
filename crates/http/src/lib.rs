//! The provider over HTTP.
//!
//! One file for each endpoint, one function in it, named by the verb. A handler reads as a list: who calls, what they
//! say, which use case of `countersign_core` answers. Everything that is the same for all of them stands in three
//! places: [`extract`](self) turns requests into values or refusals, `reply` turns values, refusals and faults into
//! answers, `layer` adds what every exchange has (request id, one log line, metrics, headers, limits).
//!
//! The server crate calls [`router`] with an [`AppState`] and serves it with the peer's address, either as
//! `ConnectInfo<SocketAddr>` or as a [`PeerAddr`] extension of each request. A server that counts its connections, or
//! waits for them when it stops, adds a [`Place`]: a socket outlives the HTTP connection that it began as.

mod app;
mod application;
mod approval;
mod authenticator;
mod ciba;
mod consent;
mod credential;
mod device;
mod extract;
mod health;
mod layer;
mod limits;
mod oidc;
mod openapi;
mod qr;
pub mod reference;
mod reply;
mod router;
mod service;
mod user;
mod x1280;

pub use app::{AppState, Settings};
pub use extract::address::{PeerAddr, TrustedProxies};
pub use extract::place::Place;
pub use layer::metrics::describe as describe_metrics;
pub use limits::{HourlyRate, Limits, Rate};
pub use openapi::openapi;
pub use router::router;
