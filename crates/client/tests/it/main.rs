//! The library against a provider that misbehaves (`FakeProvider`) and against the real one.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a helper of a test fails the test, as the test itself would"
)]

mod asking;
#[cfg(feature = "axum")]
mod bearer;
mod ciba;
mod clocks;
mod consent;
mod device_config;
mod device_token;
mod discovery;
mod fake_provider;
mod front_end_vectors;
mod hostile;
mod id_token;
mod jwks;
mod jwt;
mod node_peer;
mod opaque;
mod peer_oidc_provider;
mod provider;
mod qr;
#[cfg(feature = "axum")]
mod relying_party;
mod repeats;
mod secrets;
mod served;
mod signers;
mod token_manager;
mod wakes;
