//! The provider as the crate discovers it, and the client for it.

use std::pin::Pin;

use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod, CoreGrantType,
    CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode,
    CoreResponseType, CoreRsaPrivateSigningKey, CoreSubjectIdentifierType,
};
use openidconnect::{
    AdditionalProviderMetadata, AsyncHttpClient, AuthType, ClientId, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, HttpClientError, HttpRequest, HttpResponse, IntrospectionUrl, IssuerUrl, ProviderMetadata,
    RevocationUrl, TokenUrl, http, reqwest,
};
use serde::{Deserialize, Serialize};

use crate::arguments;
use crate::assertion;
use crate::outcome::{Failure, Stage};

/// The crate's metadata type does not know the endpoints of RFC 7009 and RFC 7662.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct FurtherEndpoints {
    introspection_endpoint: IntrospectionUrl,
    revocation_endpoint: RevocationUrl,
}

impl AdditionalProviderMetadata for FurtherEndpoints {}

type Metadata = ProviderMetadata<
    FurtherEndpoints,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointSet, EndpointSet, EndpointSet, EndpointMaybeSet>;

/// A client that discovered its provider.
pub(crate) struct Session {
    /// The crate's own client.
    pub(crate) client: Client,
    /// What sends its requests.
    pub(crate) transport: Transport,
    /// The token endpoint, for the grant that the crate has no call for.
    pub(crate) token_endpoint: TokenUrl,
    issuer: IssuerUrl,
    client_id: ClientId,
    key: CoreRsaPrivateSigningKey,
}

impl Session {
    /// Reads the key and discovers the provider.
    pub(crate) async fn open(arguments: &arguments::Client) -> Result<Self, Failure> {
        let load = |error: String| Failure::said(Stage::Load, "PrivateKey", &error);
        let pem = std::fs::read_to_string(&arguments.private_key).map_err(|error| load(error.to_string()))?;
        let key = CoreRsaPrivateSigningKey::from_pem(&pem, None).map_err(load)?;
        let discover =
            |kind| move |error: &(dyn std::error::Error + 'static)| Failure::of(Stage::Discover, kind, error);
        let issuer =
            IssuerUrl::new(arguments.issuer.clone()).map_err(|error| discover("ParseError")(&error))?;
        let transport = Transport::new().map_err(|error| discover("Transport")(&error))?;
        let metadata = Metadata::discover_async(issuer.clone(), &transport)
            .await
            .map_err(|error| discover("DiscoveryError")(&error))?;
        let token_endpoint = metadata.token_endpoint().cloned().ok_or_else(|| {
            Failure::said(
                Stage::Discover,
                "MissingTokenEndpoint",
                "there is no token_endpoint",
            )
        })?;
        let further = metadata.additional_metadata().clone();
        let revocation =
            encrypted(&further.revocation_endpoint).map_err(|error| discover("ParseError")(&error))?;
        let client_id = ClientId::new(arguments.client_id.clone());
        let client = CoreClient::from_provider_metadata(metadata, client_id.clone(), None)
            .set_auth_type(AuthType::RequestBody)
            .set_token_uri(token_endpoint.clone())
            .set_introspection_url(further.introspection_endpoint)
            .set_revocation_url(revocation);
        Ok(Self {
            client,
            transport,
            token_endpoint,
            issuer,
            client_id,
            key,
        })
    }

    /// The form fields that the crate does not send by itself, with a new client assertion.
    pub(crate) fn proof(&self) -> Result<[(&'static str, String); 2], Failure> {
        assertion::proof(&self.key, &self.client_id, &self.issuer)
    }

    /// The client id, for the request that the crate has no call for.
    pub(crate) fn client_id(&self) -> &str {
        &self.client_id
    }
}

/// The crate refuses to revoke at an `http` address (`InsecureUrl`), also on loopback.
fn encrypted(url: &RevocationUrl) -> Result<RevocationUrl, openidconnect::url::ParseError> {
    RevocationUrl::new(url.as_str().replacen("http://", "https://", 1))
}

/// Sends to a provider on loopback: no redirects, no proxy, and in the clear.
pub(crate) struct Transport(reqwest::Client);

impl Transport {
    fn new() -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy();
        client.build().map(Self)
    }
}

type Sent<'c> =
    Pin<Box<dyn Future<Output = Result<HttpResponse, HttpClientError<reqwest::Error>>> + Send + Sync + 'c>>;

impl<'c> AsyncHttpClient<'c> for Transport {
    type Error = HttpClientError<reqwest::Error>;
    type Future = Sent<'c>;

    fn call(&'c self, mut request: HttpRequest) -> Self::Future {
        let clear = request
            .uri()
            .to_string()
            .replacen("https://127.0.0.1", "http://127.0.0.1", 1);
        match clear.parse::<http::Uri>() {
            Ok(uri) => *request.uri_mut() = uri,
            Err(error) => {
                return Box::pin(std::future::ready(Err(HttpClientError::Other(error.to_string()))));
            }
        }
        self.0.call(request)
    }
}
