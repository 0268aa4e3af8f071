//! The provider: its name, its ports and its policy, handed to every use case.

use crate::bus::Bus;
use crate::client::{Client, Registration};
use crate::entropy::Entropy;
use crate::failure::Outcome;
use crate::id::ClientId;
use crate::keys::{KeyRing, Sealer};
use crate::policy::Policy;
use crate::store::Store;
use crate::time::Clock;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// The base URL of the provider: scheme and authority, without trailing slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host(String);

impl Host {
    /// Reads an `http` or `https` URL without path, query or fragment; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let url = url::Url::parse(text).ok()?;
        let plain = matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        // The issuer is compared byte by byte, so it is kept in the one form that a URL parser prints.
        plain.then(|| Self(url.as_str().trim_end_matches('/').to_owned()))
    }

    /// The URL without trailing slash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The OpenID issuer, `{host}/oidc` (onesid.md §1).
    #[must_use]
    pub fn issuer(&self) -> String {
        format!("{}{ISSUER}", self.0)
    }

    /// Whether a text is the issuer.
    #[must_use]
    pub fn is_issuer(&self, text: &str) -> bool {
        self.below_issuer(text) == Some("")
    }

    /// What follows the host in a URL; `None` when it is not of this host.
    #[must_use]
    pub fn below<'u>(&self, url: &'u str) -> Option<&'u str> {
        url.strip_prefix(&self.0)
    }

    /// What follows the issuer in a URL; `None` when it does not begin with the issuer.
    #[must_use]
    pub fn below_issuer<'u>(&self, url: &'u str) -> Option<&'u str> {
        self.below(url)?.strip_prefix(ISSUER)
    }
}

/// The path of the issuer.
const ISSUER: &str = "/oidc";

/// Everything a use case needs.
pub struct Provider {
    /// The base URL.
    pub host: Host,
    /// Where acknowledged facts live.
    pub store: Arc<dyn Store>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Wakes event streams.
    pub bus: Arc<dyn Bus>,
    /// Lifetimes and limits.
    pub policy: Policy,
    /// Opens and seals private keys, and derives the secrets that are never stored.
    pub sealer: Arc<Sealer>,
    keys: RwLock<Arc<KeyRing>>,
    registrations: RwLock<HashMap<ClientId, Arc<Registration>>>,
}

/// How many parsed registrations are kept; beyond it the cache starts anew.
const REGISTRATIONS_KEPT: usize = 50_000;

impl Provider {
    /// Puts a provider together; call [`Provider::reload_keys`] before serving.
    #[must_use]
    pub fn new(
        host: Host,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        bus: Arc<dyn Bus>,
        policy: Policy,
        sealer: Sealer,
    ) -> Self {
        let keys = RwLock::new(Arc::new(KeyRing::default()));
        Self {
            host,
            store,
            clock,
            entropy,
            bus,
            policy,
            sealer: Arc::new(sealer),
            keys,
            registrations: RwLock::new(HashMap::new()),
        }
    }

    /// The signing keys as they were last read.
    #[must_use]
    pub fn keys(&self) -> Arc<KeyRing> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the signing keys from the store again: at start, and on a slow tick, since an operator command of another
    /// process may have rotated them. Keys that are open already are not opened again.
    ///
    /// # Errors
    /// A key does not open with the sealing key, or the store fails.
    pub async fn reload_keys(&self) -> Outcome<()> {
        let rows = self.store.read(|tx| Ok(tx.keys().list()?)).await?;
        let ring = KeyRing::open(&self.keys(), &rows, &self.sealer)?;
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
        Ok(())
    }

    /// Loads a client. Its metadata is parsed once and kept as long as the stored text stays the same, so that a
    /// change by another process is seen at once while public keys stay parsed.
    ///
    /// # Errors
    /// A fault of the store, or metadata that is no metadata.
    pub async fn client(&self, id: ClientId) -> Outcome<Option<Client>> {
        let record = self.store.read(move |tx| Ok(tx.clients().by_id(&id)?)).await?;
        let Some(record) = record else { return Ok(None) };
        let registration = self.registration(&record.id, &record.metadata)?;
        Ok(Some(Client {
            id: record.id,
            kind: record.kind,
            registration,
            created_at: record.created_at,
            disabled_at: record.disabled_at,
        }))
    }

    fn registration(&self, id: &ClientId, metadata: &str) -> Outcome<Arc<Registration>> {
        let kept = self
            .registrations
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(id)
            .cloned();
        if let Some(kept) = kept.filter(|kept| kept.text == metadata) {
            return Ok(kept);
        }
        let parsed = Arc::new(Registration::stored(id, metadata)?);
        let mut registrations = self.registrations.write().unwrap_or_else(PoisonError::into_inner);
        if registrations.len() >= REGISTRATIONS_KEPT {
            registrations.clear();
        }
        registrations.insert(id.clone(), Arc::clone(&parsed));
        Ok(parsed)
    }
}
