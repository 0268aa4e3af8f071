//! `POST {iss}/token` (RFC 6749 §3.2, CIBA Core §10.1).

use crate::app::AppState;
use crate::extract::client::{ClientProof, authenticate};
use crate::extract::{Caller, Form};
use crate::layer::metrics;
use crate::reply::{ErrorReply, JsonReply, Reply, refusals};
use axum::extract::State;
use countersign_core::Refusal;
use countersign_core::ciba::redeem::redeem;
use countersign_core::client::{AuthenticatedClient, Endpoint};
use countersign_core::oidc::refresh::refresh;
use countersign_core::oidc::token::client_credentials;
use countersign_core::secret::OpaqueToken;
use countersign_core::time::Timestamp;
use countersign_protocol::ErrorCode;
use countersign_protocol::ciba::GRANT_TYPE;
use countersign_protocol::token::TokenAnswer;
use serde::Deserialize;
use utoipa::ToSchema;

refusals!(Refusals by token_status:
    InvalidRequest, InvalidClient, InvalidGrant, UnauthorizedClient, UnsupportedGrantType, InvalidScope,
    AccessDenied, AuthorizationPending, SlowDown, ExpiredToken, TooManyRequests, PayloadTooLarge);

/// The form of the token endpoint.
#[derive(Deserialize, ToSchema)]
pub(crate) struct TokenForm {
    /// `client_credentials`, `urn:openid:params:grant-type:ciba` or `refresh_token`.
    grant_type: Option<String>,
    /// The scopes wanted, for `client_credentials` and `refresh_token`.
    scope: Option<String>,
    /// The handle of a CIBA request.
    auth_req_id: Option<String>,
    /// The refresh token.
    refresh_token: Option<String>,
    #[serde(flatten)]
    proof: ClientProof,
}

/// Tokens for a client, for an approved CIBA request, or for a refresh token.
#[utoipa::path(
    post,
    path = "/oidc/token",
    operation_id = "token",
    tag = "oidc",
    request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "The tokens.", body = TokenAnswer), Refusals)
)]
pub(crate) async fn post(
    State(app): State<AppState>,
    caller: Caller,
    Form(form): Form<TokenForm>,
) -> Reply<TokenAnswer> {
    // A poll that arrived in time is answered as if we had no queue: the time is taken before anything else is done.
    let arrived = app.provider.clock.now();
    issue(&app, &caller, form, arrived)
        .await
        .map(JsonReply)
        .map_err(ErrorReply::at_token_endpoint)
}

async fn issue(
    app: &AppState,
    caller: &Caller,
    form: TokenForm,
    arrived: Timestamp,
) -> Result<TokenAnswer, ErrorReply> {
    let client = authenticate(app, caller, form.proof, Endpoint::Token).await?;
    let provider = &app.provider;
    let (grant, answer) = match (form.grant_type.as_deref(), form.auth_req_id, form.refresh_token) {
        (Some("client_credentials"), _, _) => (
            "client_credentials",
            client_credentials(provider, client, form.scope.as_deref()).await?,
        ),
        (Some(GRANT_TYPE), Some(auth_req_id), _) => {
            app.limiters
                .polls_per_request
                .check(&OpaqueToken::presented(&auth_req_id).digest())?;
            ("ciba", redeem(provider, client, &auth_req_id, arrived).await?)
        }
        (Some("refresh_token"), _, Some(token)) => (
            "refresh_token",
            refresh(provider, client, &token, form.scope.as_deref(), arrived).await?,
        ),
        (grant_type, _, _) => return Err(refused(app, &client, unusable(grant_type)).await),
    };
    metrics::tokens(grant);
    Ok(answer)
}

fn unusable(grant_type: Option<&str>) -> Refusal {
    match grant_type {
        None => Refusal::invalid_request("grant_type is missing"),
        Some(GRANT_TYPE) => Refusal::invalid_request("auth_req_id is missing"),
        Some("refresh_token") => Refusal::invalid_request("refresh_token is missing"),
        Some(_) => Refusal::new(
            ErrorCode::UnsupportedGrantType,
            format!("grant_type must be client_credentials, {GRANT_TYPE} or refresh_token"),
        ),
    }
}

/// The assertion is spent also when nothing came of it: a proof that was shown is never worth anything again.
async fn refused(app: &AppState, client: &AuthenticatedClient, refusal: Refusal) -> ErrorReply {
    client.spend_refused(&app.provider, refusal.into()).await.into()
}
