//! `POST {iss}/token/revocation` (RFC 7009 §2).

use super::introspection::TokenToLookAt;
use crate::app::AppState;
use crate::extract::client::authenticate;
use crate::extract::{Caller, Form};
use crate::reply::{ErrorReply, refusals};
use axum::extract::State;
use axum::http::StatusCode;
use countersign_core::Refusal;
use countersign_core::client::Endpoint;
use countersign_core::oidc::revoke::revoke;

refusals!(Refusals: InvalidRequest, InvalidClient, InvalidGrant, TooManyRequests, PayloadTooLarge);

/// Ends a token. An unknown token is answered like a revoked one (RFC 7009 §2.2).
#[utoipa::path(
    post,
    path = "/oidc/token/revocation",
    operation_id = "revocation",
    tag = "oidc",
    request_body(content = TokenToLookAt, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "The token is of no use any more."), Refusals)
)]
pub(crate) async fn post(
    State(app): State<AppState>,
    caller: Caller,
    Form(form): Form<TokenToLookAt>,
) -> Result<StatusCode, ErrorReply> {
    let client = authenticate(&app, &caller, form.proof, Endpoint::Revocation).await?;
    let Some(token) = form.token else {
        let missing = Refusal::invalid_request("token is missing");
        return Err(client.spend_refused(&app.provider, missing.into()).await.into());
    };
    revoke(&app.provider, client, &token).await?;
    Ok(StatusCode::OK)
}
