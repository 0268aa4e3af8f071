use std::fmt;
use std::sync::Arc;

use openidconnect::{ClientId, IssuerUrl};

use crate::config::DeviceConfig;
use crate::configuration::{Configuration, MAX_LEEWAY};
use crate::device_access_token::DeviceTokens;
use crate::discovery;
use crate::error::ClientError;
use crate::http::{Http, Route};
use crate::jwks::KeyCache;
use crate::pace::Pace;
use crate::provider_metadata::{Endpoints, ProviderMetadata};
use crate::retry::Retry;
use crate::signer::Signer;

/// A service or machine, as one provider knows it: the way to every call of this library.
///
/// Cheap to clone; clones share the connections, the device access token and the provider's keys.
///
/// ```
/// use countersign_client::{ClientId, IssuerUrl, OpenIdconnectClient, PrivateKey, ProviderMetadata};
/// # use countersign_jose::KeyType;
/// # let document = serde_json::json!({
/// #     "issuer": "https://idp.example.com/oidc", "jwks_uri": "https://idp.example.com/oidc/jwks",
/// #     "authorization_endpoint": "https://idp.example.com/oidc/auth",
/// #     "token_endpoint": "https://idp.example.com/oidc/token", "response_types_supported": ["none"],
/// #     "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["RS256"] });
/// let metadata: ProviderMetadata = serde_json::from_value(document)?;
/// let client = OpenIdconnectClient::new(
///     ClientId::new("0b3a9b1e-8f0c-4f0e-9a51-6f9d8a1c2b3d".to_owned()),
///     IssuerUrl::new("https://idp.example.com/oidc".to_owned())?,
///     metadata,
///     PrivateKey::generate(KeyType::P256)?,
/// )?;
/// assert_eq!(client.issuer_url().as_str(), "https://idp.example.com/oidc");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct OpenIdconnectClient {
    inner: Arc<Inner>,
}

struct Inner {
    client_id: ClientId,
    issuer_url: IssuerUrl,
    provider_metadata: ProviderMetadata,
    endpoints: Endpoints,
    signer: Box<dyn Signer>,
    http: Http,
    configuration: Configuration,
    device_tokens: DeviceTokens,
    keys: KeyCache,
    pace: Pace,
}

impl OpenIdconnectClient {
    /// A client of a provider that is known already.
    ///
    /// # Errors
    /// [`ClientError::Metadata`] when the metadata speaks of another issuer or of an address that is not encrypted,
    /// [`ClientError::Http`] when no HTTP client can be made.
    pub fn new(
        client_id: ClientId,
        issuer_url: IssuerUrl,
        provider_metadata: ProviderMetadata,
        signer: impl Signer + 'static,
    ) -> Result<Self, ClientError> {
        let configuration = Configuration::default();
        Self::with_configuration(client_id, issuer_url, provider_metadata, signer, configuration)
    }

    /// The same with a configuration.
    ///
    /// # Errors
    /// Those of [`new`](Self::new), and [`ClientError::Misuse`] when the leeway is beyond [`MAX_LEEWAY`].
    pub fn with_configuration(
        client_id: ClientId,
        issuer_url: IssuerUrl,
        provider_metadata: ProviderMetadata,
        signer: impl Signer + 'static,
        configuration: Configuration,
    ) -> Result<Self, ClientError> {
        let http = http(&issuer_url, &configuration)?;
        Self::build(
            client_id,
            issuer_url,
            provider_metadata,
            Box::new(signer),
            configuration,
            http,
        )
    }

    /// Asks the provider what it offers, once, and makes a client.
    ///
    /// ```
    /// # mod served { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/served.rs")); }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let served = served::Served::start().await;
    /// # let (id, issuer, key) = (served.party.client_id.clone(), served.world.issuer(), served.party.key.clone());
    /// use countersign_client::{ClientId, IssuerUrl, OpenIdconnectClient};
    ///
    /// let client = OpenIdconnectClient::discover(ClientId::new(id), IssuerUrl::new(issuer)?, key).await?;
    /// # drop(client);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ClientError::Http`] and [`ClientError::Metadata`].
    pub async fn discover(
        client_id: ClientId,
        issuer_url: IssuerUrl,
        signer: impl Signer + 'static,
    ) -> Result<Self, ClientError> {
        Self::discover_with_retry(client_id, issuer_url, signer, Retry::NEVER).await
    }

    /// The same for a service that may start before its provider: [`Retry::PATIENT`] waits about ten minutes.
    ///
    /// ```
    /// # mod served { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/served.rs")); }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let served = served::Served::start().await;
    /// # let (id, issuer, key) = (served.party.client_id.clone(), served.world.issuer(), served.party.key.clone());
    /// use countersign_client::{ClientId, IssuerUrl, OpenIdconnectClient, Retry};
    ///
    /// let (id, issuer) = (ClientId::new(id), IssuerUrl::new(issuer)?);
    /// let client = OpenIdconnectClient::discover_with_retry(id, issuer, key, Retry::PATIENT).await?;
    /// # drop(client);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of [`discover`](Self::discover), after the last try.
    pub async fn discover_with_retry(
        client_id: ClientId,
        issuer_url: IssuerUrl,
        signer: impl Signer + 'static,
        retry: Retry,
    ) -> Result<Self, ClientError> {
        let configuration = Configuration {
            discovery_retry: retry,
            ..Configuration::default()
        };
        Self::discover_with_configuration(client_id, issuer_url, signer, configuration).await
    }

    /// The same with a configuration; [`Configuration::discovery_retry`] says how often to try.
    ///
    /// ```
    /// # mod served { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/served.rs")); }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let served = served::Served::start().await;
    /// # let (id, issuer, key) = (served.party.client_id.clone(), served.world.issuer(), served.party.key.clone());
    /// use countersign_client::{ClientId, Configuration, IssuerUrl, OpenIdconnectClient};
    ///
    /// let configuration = Configuration {
    ///     audiences: vec!["https://api.example.com".to_owned()],
    ///     ..Configuration::default()
    /// };
    /// let (id, issuer) = (ClientId::new(id), IssuerUrl::new(issuer)?);
    /// let client = OpenIdconnectClient::discover_with_configuration(id, issuer, key, configuration).await?;
    /// # drop(client);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of [`discover`](Self::discover), and [`ClientError::Misuse`] when the leeway is beyond [`MAX_LEEWAY`].
    pub async fn discover_with_configuration(
        client_id: ClientId,
        issuer_url: IssuerUrl,
        signer: impl Signer + 'static,
        configuration: Configuration,
    ) -> Result<Self, ClientError> {
        let http = http(&issuer_url, &configuration)?;
        let metadata = discovery::discover(&http, &issuer_url, &configuration).await?;
        Self::build(
            client_id,
            issuer_url,
            metadata,
            Box::new(signer),
            configuration,
            http,
        )
    }

    /// The client that this machine is registered as (onesid.md §2), at the provider that its `device.yml` names.
    ///
    /// ```
    /// # mod served { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/served.rs")); }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let served = served::Served::start().await;
    /// # let (id, issuer, key) = (served.party.client_id.clone(), served.world.issuer(), served.party.key.clone());
    /// # let host = issuer.trim_end_matches("/oidc");
    /// # let folder = tempfile::tempdir()?;
    /// # let device_yml = folder.path().join("device.yml");
    /// # std::fs::write(&device_yml, format!("client_id: {id}\nid: {id}\nhost: {host}\ndomain: onesid1.com\n\
    /// # initiated_on: '2026-11-21 09:00:00.000000'\nis_managed: true\nkey_security: default\nkey_type: ECC:p256\n\
    /// # location: Bangkok\nrole: server\ntitle: Web\n"))?;
    /// use countersign_client::{OpenIdconnectClient, load_device_config};
    ///
    /// let config = load_device_config(&device_yml)?;
    /// let client = OpenIdconnectClient::from_device_config(&config, key).await?;
    /// # drop(client);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of [`discover`](Self::discover), and [`ClientError::Misuse`] when the host is no address.
    pub async fn from_device_config(
        config: &DeviceConfig,
        signer: impl Signer + 'static,
    ) -> Result<Self, ClientError> {
        let issuer_url = IssuerUrl::new(config.host.issuer())
            .map_err(|_| ClientError::Misuse("the host of device.yml is not an address"))?;
        Self::discover(ClientId::new(config.client_id.to_string()), issuer_url, signer).await
    }

    fn build(
        client_id: ClientId,
        issuer_url: IssuerUrl,
        provider_metadata: ProviderMetadata,
        signer: Box<dyn Signer>,
        configuration: Configuration,
        http: Http,
    ) -> Result<Self, ClientError> {
        Ok(Self {
            inner: Arc::new(Inner {
                endpoints: Endpoints::of(&issuer_url, &provider_metadata)?,
                client_id,
                issuer_url,
                provider_metadata,
                signer,
                http,
                configuration,
                device_tokens: DeviceTokens::new(),
                keys: KeyCache::new(),
                pace: Pace::default(),
            }),
        })
    }

    /// This client's id: `iss` and `sub` of all that it signs, `aud` of the tokens that are meant for it.
    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        &self.inner.client_id
    }

    /// The provider's issuer.
    #[must_use]
    pub fn issuer_url(&self) -> &IssuerUrl {
        &self.inner.issuer_url
    }

    /// What the provider said of itself.
    #[must_use]
    pub fn provider_metadata(&self) -> &ProviderMetadata {
        &self.inner.provider_metadata
    }

    /// What this client was told.
    #[must_use]
    pub fn configuration(&self) -> &Configuration {
        &self.inner.configuration
    }

    pub(crate) fn endpoints(&self) -> &Endpoints {
        &self.inner.endpoints
    }

    pub(crate) fn http(&self) -> &Http {
        &self.inner.http
    }

    pub(crate) fn signer(&self) -> &dyn Signer {
        &*self.inner.signer
    }

    pub(crate) fn device_tokens(&self) -> &DeviceTokens {
        &self.inner.device_tokens
    }

    pub(crate) fn keys(&self) -> &KeyCache {
        &self.inner.keys
    }

    pub(crate) fn pace(&self) -> &Pace {
        &self.inner.pace
    }
}

fn http(issuer_url: &IssuerUrl, configuration: &Configuration) -> Result<Http, ClientError> {
    if configuration.leeway > MAX_LEEWAY {
        return Err(ClientError::Misuse("the leeway of the clocks is at most 60 s"));
    }
    let route = Route::of(issuer_url.as_str())?;
    Ok(Http::to(
        route,
        &configuration.user_agent,
        configuration.timeouts,
    )?)
}

impl fmt::Debug for OpenIdconnectClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenIdconnectClient")
            .field("client_id", &self.inner.client_id)
            .field("issuer_url", &self.inner.issuer_url)
            .finish_non_exhaustive()
    }
}
