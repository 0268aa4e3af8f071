use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use countersign_client::{Algorithm, ClientError, DeviceConfig, OpenIdconnectClient, Signer, SignerError};
use tokio::sync::OnceCell;

use super::guard::guard;
use super::refusal::Refusal;
use super::settings::Settings;
use super::{bc, qr, refresh};
use crate::local::{Doors, serve};

/// A user agent that is ready to run.
///
/// No `Debug`: it holds what signs.
pub struct UserAgent {
    inside: Arc<Inside>,
}

/// What every request needs.
pub(super) struct Inside {
    config: DeviceConfig,
    signer: Shared,
    pub(super) settings: Settings,
    client: OnceCell<OpenIdconnectClient>,
}

/// A signer for as many clients as it takes until the provider answers.
#[derive(Clone)]
struct Shared(Arc<dyn Signer>);

#[async_trait]
impl Signer for Shared {
    fn algorithm(&self) -> Algorithm {
        self.0.algorithm()
    }

    fn key_id(&self) -> Option<&str> {
        self.0.key_id()
    }

    async fn sign(&self, signing_input: &[u8]) -> Result<Vec<u8>, SignerError> {
        self.0.sign(signing_input).await
    }
}

impl Inside {
    /// The client of the provider, which is asked for its addresses when the first program calls: this program may start
    /// before the network does.
    pub(super) async fn client(&self) -> Result<&OpenIdconnectClient, ClientError> {
        let discover = || OpenIdconnectClient::from_device_config(&self.config, self.signer.clone());
        self.client.get_or_try_init(discover).await
    }

    /// The device that programs show in their QR codes.
    pub(super) fn device_id(&self) -> uuid::Uuid {
        self.config.id
    }
}

impl UserAgent {
    /// The user agent of a machine; `signer` is its key, or its signing service.
    #[must_use]
    pub fn new(config: DeviceConfig, signer: Arc<dyn Signer>, settings: Settings) -> Self {
        Self {
            inside: Arc::new(Inside {
                config,
                signer: Shared(signer),
                settings,
                client: OnceCell::new(),
            }),
        }
    }

    /// Serves until `stop` ends; open requests are answered first, for at most five seconds.
    pub async fn run(self, doors: Doors, stop: impl Future<Output = ()>) {
        let app = Router::new()
            .route("/auth/qr", get(qr::make))
            .route("/auth/qr/{auth_req_id}", get(qr::status))
            .route("/auth/bc", post(bc::post))
            .route("/auth/bc/{auth_req_id}", get(bc::get))
            .route("/auth/refresh", post(refresh::post))
            .method_not_allowed_fallback(async || Refusal::Method)
            .fallback(async || Refusal::NotFound)
            .layer(from_fn_with_state(Arc::clone(&self.inside), guard))
            .with_state(self.inside);
        serve(doors, app, stop).await;
    }
}
