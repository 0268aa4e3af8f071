//! The CIBA front door: two names of one endpoint (onesid.md C1).

pub(crate) mod backchannel;
pub(crate) mod bc_authorize;

use crate::app::AppState;
use crate::extract::Caller;
use crate::extract::client::{ClientProof, authenticate};
use crate::layer::metrics;
use crate::reply::{JsonReply, Reply};
use countersign_core::ciba::start::{StartRequest, start};
use countersign_core::client::Endpoint;
use countersign_protocol::ciba::{AuthenticationAnswer, AuthenticationRequest};
use serde::Deserialize;
use utoipa::ToSchema;

/// The form of the backchannel authentication endpoint (CIBA Core §7.1).
#[derive(Deserialize, ToSchema)]
pub(crate) struct BackchannelForm {
    /// The signed request, a JWT with the parameters as claims (CIBA Core §7.1.1).
    request: Option<String>,
    /// Refused: a URL of the client's choice is not fetched.
    request_uri: Option<String>,
    /// Refused: OpenID Connect Core §7.2.1 is for self-issued providers.
    registration: Option<String>,
    #[serde(flatten)]
    parameters: AuthenticationRequest,
    #[serde(flatten)]
    proof: ClientProof,
}

/// Starts a sign-in, whichever of the two names was called.
async fn begin(
    app: &AppState,
    caller: &Caller,
    form: BackchannelForm,
    endpoint: Endpoint,
) -> Reply<AuthenticationAnswer> {
    let client = authenticate(app, caller, form.proof, endpoint).await?;
    let request = StartRequest {
        endpoint,
        request: form.request,
        request_uri: form.request_uri.is_some(),
        registration: form.registration.is_some(),
        parameters: form.parameters,
        origin: caller.origin(),
    };
    let answer = start(&app.provider, client, request).await?;
    metrics::ciba_request(endpoint.path());
    Ok(JsonReply(answer))
}
