use openidconnect::IssuerUrl;
use reqwest::StatusCode;

use crate::configuration::Configuration;
use crate::error::ClientError;
use crate::http::{Http, Route};
use crate::provider_metadata::{Endpoints, ProviderMetadata};

/// Where a provider describes itself, below its issuer (OpenID Connect Discovery §4).
const PATH: &str = "/.well-known/openid-configuration";

/// Fetches and checks a provider's description of itself (OpenID Connect Discovery §4), as often as
/// [`Configuration::discovery_retry`] says. Its keys are not fetched yet.
///
/// ```
/// # mod served { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/served.rs")); }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let served = served::Served::start().await;
/// # let issuer = served.world.issuer();
/// use countersign_client::{Configuration, IssuerUrl, discover_provider};
///
/// let metadata = discover_provider(&IssuerUrl::new(issuer)?, &Configuration::default()).await?;
/// assert!(metadata.additional_metadata().backchannel_authentication_endpoint.is_some());
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`ClientError::Http`] when there is no usable answer, [`ClientError::Metadata`] when the document speaks of another
/// issuer or of an address that is not encrypted.
pub async fn discover_provider(
    issuer: &IssuerUrl,
    configuration: &Configuration,
) -> Result<ProviderMetadata, ClientError> {
    let http = Http::to(
        Route::of(issuer.as_str())?,
        &configuration.user_agent,
        configuration.timeouts,
    )?;
    discover(&http, issuer, configuration).await
}

pub(crate) async fn discover(
    http: &Http,
    issuer: &IssuerUrl,
    configuration: &Configuration,
) -> Result<ProviderMetadata, ClientError> {
    let url = format!("{}{PATH}", issuer.as_str().trim_end_matches('/'));
    let fetch = || async {
        let metadata: ProviderMetadata = http.get(&url, StatusCode::OK).await?;
        Endpoints::of(issuer, &metadata)?;
        Ok(metadata)
    };
    configuration
        .discovery_retry
        .run(&*configuration.clock, &*configuration.entropy, fetch)
        .await
}
