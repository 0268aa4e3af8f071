//! Client authentication over HTTP: the proof comes in the form, and failures are counted by address.

use super::Caller;
use crate::app::AppState;
use crate::limits::network;
use crate::reply::ErrorReply;
use countersign_core::Failure;
use countersign_core::client::{self, AuthenticatedClient, ClientCredentials, Endpoint};
use countersign_protocol::ErrorCode;
use serde::Deserialize;
use utoipa::ToSchema;

/// The members of a form that prove a client (RFC 7523 §2.2). Each OAuth form flattens them in.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ClientProof {
    /// The client; may be left out, since the assertion names it.
    client_id: Option<String>,
    /// Always `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`.
    client_assertion_type: Option<String>,
    /// A JWT signed by the client's key (`private_key_jwt`).
    client_assertion: Option<String>,
}

/// Finds out which client calls, for an OAuth endpoint.
///
/// # Errors
/// `invalid_client`; `too_many_requests` when this address failed too often or this client asks too much.
pub(crate) async fn authenticate(
    app: &AppState,
    caller: &Caller,
    proof: ClientProof,
    endpoint: Endpoint,
) -> Result<AuthenticatedClient, ErrorReply> {
    let credentials = ClientCredentials {
        client_id: proof.client_id,
        client_assertion_type: proof.client_assertion_type,
        client_assertion: proof.client_assertion,
    };
    match client::authenticate(&app.provider, credentials, endpoint).await {
        Ok(client) => {
            caller.is(&client.client.id);
            app.limiters.requests_per_client.check(&client.client.id)?;
            Ok(client)
        }
        Err(Failure::Refusal(refusal)) if refusal.code == ErrorCode::InvalidClient => {
            app.limiters
                .failed_authentication
                .check(&network(caller.address))?;
            // RFC 6749 §5.2: who tried the Authorization header is answered with a challenge of the same scheme.
            Err(ErrorReply::from(refusal).challenged(caller.authorization_scheme.as_deref()))
        }
        Err(failure) => Err(failure.into()),
    }
}
