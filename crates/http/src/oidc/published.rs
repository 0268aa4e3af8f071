//! The two public documents, rendered once: every relying party asks for them.

use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use countersign_core::keys::{KeyPurpose, KeyRing};
use countersign_core::oidc::discovery;
use countersign_core::{Fault, Provider};
use serde::Serialize;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// The documents as they were rendered last.
#[derive(Default)]
pub(crate) struct Published {
    metadata: OnceLock<Bytes>,
    jwks: Mutex<Option<RenderedKeys>>,
}

struct RenderedKeys {
    ring: Arc<KeyRing>,
    unix: i64,
    text: Bytes,
}

impl Published {
    /// The provider metadata; it does not change while the process runs.
    pub(crate) fn metadata(&self, provider: &Provider) -> Result<Bytes, Fault> {
        if let Some(text) = self.metadata.get() {
            return Ok(text.clone());
        }
        let text = rendered(&discovery::metadata(provider))?;
        Ok(self.metadata.get_or_init(|| text).clone())
    }

    /// The key set. Which keys are published, and in which order, follows from the ring and the time, so it is rendered
    /// anew when the ring was read anew, and once a second at most.
    pub(crate) fn jwks(&self, provider: &Provider) -> Result<Bytes, Fault> {
        let (ring, now) = (provider.keys(), provider.clock.now());
        let mut kept = self.jwks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = kept
            .as_ref()
            .filter(|kept| Arc::ptr_eq(&kept.ring, &ring) && kept.unix == now.unix())
        {
            return Ok(kept.text.clone());
        }
        let text = rendered(&ring.jwks(KeyPurpose::Oidc, now))?;
        *kept = Some(RenderedKeys {
            ring,
            unix: now.unix(),
            text: text.clone(),
        });
        Ok(text)
    }
}

/// A document as JSON.
pub(crate) fn rendered(document: &impl Serialize) -> Result<Bytes, Fault> {
    let text = serde_json::to_vec(document).map_err(|error| Fault::new("writing JSON").with_source(error))?;
    Ok(text.into())
}

/// A public document: any web page may read it, and caches may keep it for so many seconds.
pub(crate) fn public(text: Bytes, max_age: &'static str) -> Response {
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (CACHE_CONTROL, max_age),
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    (headers, text).into_response()
}
