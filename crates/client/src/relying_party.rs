//! The endpoints that a service's back end has for its front end (onesid.md §11), to be mounted in an axum router.
//!
//! | endpoint | what it does |
//! | --- | --- |
//! | `POST /auth/oidc/bc-authorize` | asks a person; also takes the scan of a code of the service's own |
//! | `POST /auth/oidc/token` | one look whether the person has answered; new tokens for a refresh token |
//! | `GET, POST /auth/qr/make` | a new code |
//! | `POST /auth/qr/status` | how far it has come; asks the person who scanned |
//! | `GET /auth/qr` | a code of the older form |
//!
//! The statuses are those of the published Rust module: 200, the provider's status and `{error, error_description}` where
//! it refuses (400 while a sign-in is pending), 500 `server_error` for the rest.

mod ciba;
mod failure;
mod hosted;
mod memory;
mod qr;
mod sessions;
mod token;

pub use memory::MemoryQrSessions;
pub use sessions::{QrSessions, QrSessionsError, ServiceQrSession, ServiceQrStage};

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::routing::{get, post};
use hosted::ProviderSessions;
use std::sync::Arc;
use url::Url;
use uuid::Uuid;

use crate::client::OpenIdconnectClient;

/// The longest body that is read, in bytes.
const MAX_BODY: usize = 16 * 1024;

/// What a service decides about its sign-ins.
#[derive(Clone)]
pub struct RelyingPartyConfig {
    /// The scopes of a sign-in, separated by spaces. A front end may ask for less and never for more.
    pub scope: String,
    /// The text that the person's phone shows.
    pub binding_message: String,
    /// The URL of this service: what `resource: "device"` of a front end stands for, and what the tokens of scanned codes
    /// are for. The access token is a JWT for this service then.
    pub resource: Option<String>,
    /// `id` of `device.yml`, for codes of the older form; without it there are none.
    pub device_id: Option<Uuid>,
    /// Who keeps the sessions of codes.
    pub qr_hosting: QrHosting,
}

/// Who keeps the sessions of codes.
#[derive(Clone)]
pub enum QrHosting {
    /// The provider (onesid.md §10.1).
    Provider,
    /// This service (onesid.md §10.2).
    Service {
        /// Where phones reach this service's own `bc-authorize`: an address that ends in `/auth/oidc/bc-authorize`.
        cb_url: Url,
        /// Where the sessions are kept.
        sessions: Arc<dyn QrSessions>,
    },
}

impl RelyingPartyConfig {
    /// Sign-ins with this scope and text, with sessions at the provider.
    #[must_use]
    pub fn new(scope: impl Into<String>, binding_message: impl Into<String>) -> Self {
        Self {
            scope: scope.into(),
            binding_message: binding_message.into(),
            resource: None,
            device_id: None,
            qr_hosting: QrHosting::Provider,
        }
    }
}

/// The routes. Published front ends call them below `/api`, so mount them there:
///
/// ```
/// use axum::Router;
/// use countersign_client::{OpenIdconnectClient, relying_party::{RelyingPartyConfig, router}};
///
/// fn app(client: OpenIdconnectClient) -> Router {
///     let config = RelyingPartyConfig::new("openid profile", "Sign in to Example.com");
///     Router::new().nest("/api", router(client, config))
/// }
/// ```
///
/// Anybody may call them: put the limits of your service in front, as in front of any sign-in page.
pub fn router(client: OpenIdconnectClient, config: RelyingPartyConfig) -> Router {
    let service = Service {
        hosted: ProviderSessions::default(),
        client,
        config,
    };
    Router::new()
        .route("/auth/oidc/bc-authorize", post(ciba::start))
        .route("/auth/oidc/token", post(token::token))
        .route("/auth/qr", get(qr::legacy))
        // onesid.md C16: the text says GET, the example POST.
        .route("/auth/qr/make", get(qr::make).post(qr::make))
        .route("/auth/qr/status", post(qr::status))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(Arc::new(service))
}

/// What every handler works with.
struct Service {
    client: OpenIdconnectClient,
    config: RelyingPartyConfig,
    hosted: ProviderSessions,
}

type Shared = State<Arc<Service>>;
