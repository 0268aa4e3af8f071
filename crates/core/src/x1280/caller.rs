//! Who asks (X.1280 §8.2; profile §1): a service that proves itself with its credential or its key is shown as verified,
//! one that only names itself is not, since anybody can copy a name.

use super::standing::{self, invalid_service};
use super::{Service, ServiceId, service};
use crate::client::{AuthenticatedClient, Client, ClientCredentials, Endpoint, authenticate};
use crate::failure::{Failure, Fault, Outcome, Refusal};
use crate::provider::Provider;
use crate::store::Writing;
use countersign_protocol::ErrorCode;
use countersign_protocol::token::CLIENT_ASSERTION_TYPE;
use countersign_protocol::x1280::NamedService;

/// A service that may ask.
pub(super) struct Caller {
    pub(super) service: Service,
    /// The client behind it.
    pub(super) client: Client,
    /// Its assertion, still to be spent.
    assertion: Option<AuthenticatedClient>,
    /// Whether it proved that it is the one it names.
    pub(super) verified: bool,
}

impl Caller {
    /// Finds out who asks. `web_origin` is the `Origin` header of a browser's request.
    ///
    /// # Errors
    /// `invalid_service`: unknown, disabled, not proven, or asked from a page that is not the service's.
    pub(super) async fn identify(
        provider: &Provider,
        named: NamedService<'_>,
        web_origin: Option<&str>,
    ) -> Outcome<Self> {
        let mut assertion = None;
        let id = match named {
            NamedService::Id(id) => ServiceId::parse(id),
            NamedService::Vds(text) => Some(service::verify_vds(provider, text).await?.id),
            NamedService::Assertion(text) => {
                let proven = proven(provider, text).await?;
                let id = ServiceId::parse(proven.client.id.as_str());
                assertion = Some(proven);
                id
            }
        };
        let id = id.ok_or_else(|| invalid_service("the service is not known here, or is disabled"))?;
        let sought = id.clone();
        let service = provider
            .store
            .read(move |tx| standing::service(tx, &sought))
            .await?;
        // A page of somebody else must not ask in the name of the service, not even with its id.
        if web_origin.is_some_and(|origin| !service.has_origin(origin)) {
            return Err(invalid_service("this web page is not one of the origins of the service").into());
        }
        let client = provider.client(id.client_id().clone()).await?;
        let client = client.ok_or_else(|| Fault::corrupt("services", &id, "it has no client"))?;
        Ok(Self {
            service,
            client,
            assertion,
            verified: !matches!(named, NamedService::Id(_)),
        })
    }

    /// Spends the assertion: the first act of the transaction that the service caused.
    ///
    /// # Errors
    /// `invalid_service`: it was used before, or the service was disabled meanwhile.
    pub(super) fn spend(&self, tx: &mut dyn Writing) -> Outcome<()> {
        self.assertion
            .as_ref()
            .map_or(Ok(()), |assertion| assertion.spend(tx).map_err(not_proven))
    }

    /// Spends the assertion of a request that is refused before its transaction.
    pub(super) async fn spend_refused(&self, provider: &Provider, failure: Failure) -> Failure {
        match &self.assertion {
            Some(assertion) => not_proven(assertion.spend_refused(provider, failure).await),
            None => failure,
        }
    }
}

/// The client whose key signed an assertion (RFC 7523).
async fn proven(provider: &Provider, assertion: &str) -> Outcome<AuthenticatedClient> {
    let credentials = ClientCredentials {
        client_id: None,
        client_assertion_type: Some(CLIENT_ASSERTION_TYPE.to_owned()),
        client_assertion: Some(assertion.to_owned()),
    };
    authenticate(provider, credentials, Endpoint::Initiate)
        .await
        .map_err(not_proven)
}

/// On this surface a client is a service.
fn not_proven(failure: Failure) -> Failure {
    match failure {
        Failure::Refusal(Refusal {
            code: ErrorCode::InvalidClient,
            description,
            ..
        }) => invalid_service(description).into(),
        other => other,
    }
}
