//! A small relying party: the back end of a web site that signs people in with the provider over real HTTP, with the
//! front-end endpoints of onesid.md §11. Flows that need a service run against this one.
//!
//! It is a device of the provider (`private_key_jwt`); its browser side is whoever calls it.

mod ciba;
mod failure;
mod provider;
mod qr;
mod sessions;
mod token;

use crate::Party;
use axum::Router;
use axum::routing::{get, post};
use countersign_core::entropy::Entropy;
use countersign_core::time::Clock;
use provider::ProviderClient;
use sessions::Sessions;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;

/// Who keeps the QR sessions that this relying party shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QrHosting {
    /// The provider (onesid.md §10.1).
    Provider,
    /// The relying party itself (onesid.md §10.2).
    RelyingParty,
}

/// What a relying party has to be told.
pub struct RelyingPartyConfig {
    /// Its identity at the provider.
    pub party: Party,
    /// Its `id` in device.yml, for codes of the older form.
    pub device_id: uuid::Uuid,
    /// The provider's issuer: the audience of what it signs.
    pub issuer: String,
    /// Where the provider is reached, without trailing slash.
    pub provider: String,
    /// Its own resource, which `resource: "device"` stands for: `https://` and the host name of its application.
    pub resource: String,
    /// The scope of sign-ins that name none.
    pub scope: String,
    /// What the person compares on the phone.
    pub binding_message: String,
    /// Who keeps QR sessions.
    pub qr_hosting: QrHosting,
    /// The time, for assertions and for the end of sessions.
    pub clock: Arc<dyn Clock>,
    /// Chance, for the ids of sessions.
    pub entropy: Arc<dyn Entropy>,
}

/// A relying party that is being served.
pub struct RelyingParty {
    /// Where it is reached, without trailing slash.
    pub host: String,
    server: tokio::task::JoinHandle<()>,
}

impl RelyingParty {
    /// Serves a relying party on a free port of this machine.
    pub async fn serve(config: RelyingPartyConfig) -> Self {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))
            .await
            .expect("a free port");
        let address = listener.local_addr().expect("an address");
        let host = format!("http://{address}");
        let router = router(Service::new(config, &host));
        let server = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("it serves");
        });
        Self { host, server }
    }
}

impl Drop for RelyingParty {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// What every handler works with.
type Shared = axum::extract::State<Arc<Service>>;

struct Service {
    provider: ProviderClient,
    sessions: Sessions,
    qr_hosting: QrHosting,
    device_id: uuid::Uuid,
    resource: String,
    scope: String,
    binding_message: String,
}

impl Service {
    fn new(config: RelyingPartyConfig, host: &str) -> Arc<Self> {
        let client_id = config.party.client_id.clone();
        Arc::new(Self {
            sessions: Sessions::new(host, &client_id, Arc::clone(&config.clock), config.entropy),
            provider: ProviderClient::new(config.party, config.issuer, config.provider, config.clock),
            qr_hosting: config.qr_hosting,
            device_id: config.device_id,
            resource: config.resource,
            scope: config.scope,
            binding_message: config.binding_message,
        })
    }
}

/// The module of published services registers its routes bare; the helpers in browsers call them below `/api`.
fn router(service: Arc<Service>) -> Router {
    let routes = Router::new()
        .route("/auth/oidc/bc-authorize", post(ciba::start))
        .route("/auth/oidc/token", post(token::token))
        .route("/auth/qr", get(qr::legacy))
        // onesid.md C16: the text says GET, the example POST.
        .route("/auth/qr/make", get(qr::make).post(qr::make))
        .route("/auth/qr/status", post(qr::status));
    routes.clone().nest("/api", routes).with_state(service)
}
