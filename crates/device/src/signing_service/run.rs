use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use countersign_client::{Clock, DeviceConfig, Signer};

use super::audit::AuditLog;
use super::refusal::Refusal;
use super::settings::Settings;
use super::{health, sign};
use crate::local::{Doors, LocalError, serve};

/// A signing service that is ready to run.
///
/// No `Debug`: it holds the key.
pub struct SigningService {
    inside: Arc<Inside>,
}

/// What every request needs.
pub(super) struct Inside {
    pub(super) client_id: String,
    pub(super) device_id: String,
    pub(super) issuer: String,
    pub(super) signer: Arc<dyn Signer>,
    pub(super) settings: Settings,
    pub(super) audit: AuditLog,
    pub(super) clock: Arc<dyn Clock>,
    /// Tells the operator of a fault of ours.
    pub(super) complain: fn(&str),
}

impl SigningService {
    /// The service of a machine with its key. `complain` tells the operator of a fault.
    ///
    /// # Errors
    /// [`LocalError::Audit`] when the audit log cannot be written.
    pub fn new(
        config: &DeviceConfig,
        signer: Arc<dyn Signer>,
        settings: Settings,
        clock: Arc<dyn Clock>,
        complain: fn(&str),
    ) -> Result<Self, LocalError> {
        let audit = AuditLog::open(settings.audit_log.as_deref())?;
        Ok(Self {
            inside: Arc::new(Inside {
                client_id: config.client_id.to_string(),
                device_id: config.id.to_string(),
                issuer: config.host.issuer(),
                signer,
                settings,
                audit,
                clock,
                complain,
            }),
        })
    }

    /// Serves until `stop` ends; open requests are answered first, for at most five seconds.
    pub async fn run(self, doors: Doors, stop: impl Future<Output = ()>) {
        let app = Router::new()
            .route("/sign", post(sign::post))
            .route("/signature", post(sign::post))
            .route("/health", get(health::get))
            .method_not_allowed_fallback(async || Refusal::Method)
            .fallback(async || Refusal::NotFound)
            .with_state(self.inside);
        serve(doors, app, stop).await;
    }
}
