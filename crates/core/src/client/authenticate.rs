//! Client authentication by `private_key_jwt`, the only method there is (RFC 6749 §2.3, RFC 7523 §2.2).

use super::assertion::{self, ClientAssertion};
use super::audience::Audiences;
use super::{Client, ClientKind};
use crate::failure::{Failure, Outcome, Refusal};
use crate::id::ClientId;
use crate::provider::{Host, Provider};
use crate::store::Writing;
use countersign_jose::UnverifiedJws;
use countersign_protocol::token::{CLIENT_ASSERTION_TYPE, JwtClaims};

/// What a request says of its client.
#[derive(Default)]
pub struct ClientCredentials {
    /// `client_id`; may be left out, the assertion names it.
    pub client_id: Option<String>,
    /// `client_assertion_type`.
    pub client_assertion_type: Option<String>,
    /// `client_assertion`.
    pub client_assertion: Option<String>,
}

/// The endpoint that is called: one of the values that `aud` of an assertion may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// `{iss}/token`.
    Token,
    /// `{iss}/backchannel`.
    Backchannel,
    /// `{iss}/bc-authorize`, the legacy name.
    BcAuthorize,
    /// `{iss}/token/introspection`.
    Introspection,
    /// `{iss}/token/revocation`.
    Revocation,
    /// `{iss}/device-key`, where a device replaces its key. An assertion for it names this address and no other.
    DeviceKey,
    /// `{host}/auth/initiate`, where a service proves itself with `serviceAssertion` (X.1280 profile §1).
    Initiate,
}

impl Endpoint {
    /// The path below the issuer; that of [`Endpoint::Initiate`] is below the host.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Token => "/token",
            Self::Backchannel => "/backchannel",
            Self::BcAuthorize => "/bc-authorize",
            Self::Introspection => "/token/introspection",
            Self::Revocation => "/token/revocation",
            Self::DeviceKey => "/device-key",
            Self::Initiate => "/auth/initiate",
        }
    }

    /// The whole URL.
    #[must_use]
    pub fn url(self, host: &Host) -> String {
        let base = match self {
            Self::Initiate => host.as_str().to_owned(),
            _ => host.issuer(),
        };
        format!("{base}{}", self.path())
    }

    /// Whether a text is the whole URL.
    #[must_use]
    pub fn is_at(self, host: &Host, text: &str) -> bool {
        let path = match self {
            Self::Initiate => host.below(text),
            _ => host.below_issuer(text),
        };
        path == Some(self.path())
    }
}

/// A client that proved who it is. Its assertion is still to be spent, in the transaction of the use case.
#[derive(Debug, Clone)]
pub struct AuthenticatedClient {
    /// The client.
    pub client: Client,
    /// Its assertion.
    pub assertion: ClientAssertion,
}

impl AuthenticatedClient {
    /// Spends the assertion: the first act of every write transaction that this client caused. The client is looked at
    /// once more: one that was stopped since it authenticated gets nothing, or its tokens would outlive the stop.
    ///
    /// # Errors
    /// `invalid_client`: it was used before, or the client was stopped meanwhile.
    pub fn spend(&self, tx: &mut dyn Writing) -> Outcome<()> {
        if !tx.clients().is_usable(&self.client.id)? {
            return Err(disabled(&self.client).into());
        }
        self.assertion.spend(tx)
    }

    /// Spends the assertion of a request that is refused before it reaches its transaction, so that what was refused
    /// once cannot be tried again with the same assertion. A fault is passed on as it is.
    pub async fn spend_refused(&self, provider: &Provider, failure: Failure) -> Failure {
        if matches!(failure, Failure::Fault(_)) {
            return failure;
        }
        let caller = self.clone();
        match provider.store.write(move |tx| caller.spend(tx)).await {
            Ok(()) => failure,
            Err(replayed) => replayed,
        }
    }
}

/// Finds out who calls.
///
/// # Errors
/// `invalid_client`, naming what to change; a client that is disabled is told so only after it proved its key.
pub async fn authenticate(
    provider: &Provider,
    credentials: ClientCredentials,
    endpoint: Endpoint,
) -> Outcome<AuthenticatedClient> {
    let now = provider.clock.now();
    let jws = read_assertion(&credentials)?;
    let client_id = claimed_client_id(&credentials, &jws)?;
    let client = provider.client(client_id).await?.ok_or_else(unknown_client)?;
    let audiences = Audiences::at(&provider.host, client.registration.profile, endpoint);
    let assertion = assertion::verify(&jws, &client, endpoint, audiences, &provider.policy, now)?;
    if client.disabled_at.is_some() {
        return Err(disabled(&client).into());
    }
    Ok(AuthenticatedClient { client, assertion })
}

fn read_assertion(credentials: &ClientCredentials) -> Result<UnverifiedJws, Failure> {
    let Some(assertion) = credentials.client_assertion.as_deref() else {
        return Err(Refusal::invalid_client(
            "client authentication is missing; send client_assertion_type and client_assertion (private_key_jwt)",
        )
        .into());
    };
    if credentials.client_assertion_type.as_deref() != Some(CLIENT_ASSERTION_TYPE) {
        return Err(Refusal::invalid_client(format!(
            "client_assertion_type must be {CLIENT_ASSERTION_TYPE}"
        ))
        .into());
    }
    Ok(UnverifiedJws::parse(assertion)
        .map_err(|error| Refusal::invalid_client(format!("client_assertion cannot be read: {error}")))?)
}

/// RFC 7521 §4.2: `client_id` is optional beside an assertion, but must name the same client.
fn claimed_client_id(credentials: &ClientCredentials, jws: &UnverifiedJws) -> Result<ClientId, Refusal> {
    let unreadable = || Refusal::invalid_client("the claims of client_assertion cannot be read");
    let unverified: JwtClaims = jws.unverified_claims().map_err(|_| unreadable())?;
    let named = credentials
        .client_id
        .clone()
        .or(unverified.sub.clone())
        .or(unverified.iss);
    let named = named.ok_or_else(|| {
        Refusal::invalid_client("neither client_id nor sub of the assertion names a client")
    })?;
    if unverified.sub.is_some_and(|sub| sub != named) {
        return Err(Refusal::invalid_client(
            "client_id and sub of the assertion name different clients",
        ));
    }
    ClientId::parse(&named)
        .ok_or_else(|| Refusal::invalid_client("client_id holds characters that RFC 6749 does not allow"))
}

fn unknown_client() -> Refusal {
    Refusal::invalid_client("this client is not known here; register it, or check client_id and host")
}

fn disabled(client: &Client) -> Refusal {
    Refusal::invalid_client(match client.kind {
        ClientKind::Device(_) => "this device is suspended or revoked; ask an operator of this provider",
        ClientKind::Authenticator { .. } => {
            "this authenticator is revoked; enrol it again with a new invitation"
        }
        ClientKind::Service => "this client is disabled; ask an operator of this provider",
    })
}
