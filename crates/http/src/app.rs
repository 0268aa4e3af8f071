//! What every handler is handed.

use crate::approval::streams::Streams;
use crate::extract::address::TrustedProxies;
use crate::limits::{Limiters, Limits};
use crate::oidc::published::Published;
use crate::x1280::sockets::Sockets;
use countersign_core::Provider;
use std::ops::Deref;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// What the operator may turn about the HTTP side.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Rates, sizes and times.
    pub limits: Limits,
    /// The proxies whose `X-Forwarded-For` is believed; nobody's by default.
    pub trusted_proxies: TrustedProxies,
    /// Cancelled when the server begins to stop: event streams and sockets end, `/readyz` says no.
    pub shutdown: CancellationToken,
}

/// The provider and what the HTTP side keeps beside it. Cheap to clone: every layer of every request holds one.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

/// What all clones of a state share. Its members are for this crate.
pub struct Shared {
    pub(crate) provider: Arc<Provider>,
    pub(crate) settings: Settings,
    pub(crate) limiters: Limiters,
    pub(crate) streams: Arc<Streams>,
    pub(crate) sockets: Arc<Sockets>,
    pub(crate) published: Published,
}

impl AppState {
    /// Puts the state together; one for each listener or one for all of them, the limits are counted per state.
    #[must_use]
    pub fn new(provider: Arc<Provider>, settings: Settings) -> Self {
        Self(Arc::new(Shared {
            limiters: Limiters::new(&settings.limits, &provider.clock),
            streams: Arc::new(Streams::new(&settings.limits)),
            sockets: Arc::default(),
            published: Published::default(),
            settings,
            provider,
        }))
    }
}

impl Deref for AppState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}
