//! `POST {iss}/token/introspection` (RFC 7662 §2).

use crate::app::AppState;
use crate::extract::client::{ClientProof, authenticate};
use crate::extract::{Caller, Form};
use crate::reply::{JsonReply, Reply, refusals};
use axum::extract::State;
use countersign_core::Refusal;
use countersign_core::client::Endpoint;
use countersign_core::oidc::introspect::introspect;
use countersign_protocol::token::IntrospectionAnswer;
use serde::Deserialize;
use utoipa::ToSchema;

refusals!(Refusals: InvalidRequest, InvalidClient, UnauthorizedClient, TooManyRequests, PayloadTooLarge);

/// The form of introspection and of revocation; `token_type_hint` is ignored, as RFC 7662 §2.1 allows.
#[derive(Deserialize, ToSchema)]
pub(crate) struct TokenToLookAt {
    /// The token.
    pub(crate) token: Option<String>,
    /// Who asks.
    #[serde(flatten)]
    pub(crate) proof: ClientProof,
}

/// Whether a token lives and for whom. An unknown token is `{"active": false}` and no error (RFC 7662 §2.2).
#[utoipa::path(
    post,
    path = "/oidc/token/introspection",
    operation_id = "introspection",
    tag = "oidc",
    request_body(content = TokenToLookAt, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "What the token is.", body = IntrospectionAnswer), Refusals)
)]
pub(crate) async fn post(
    State(app): State<AppState>,
    caller: Caller,
    Form(form): Form<TokenToLookAt>,
) -> Reply<IntrospectionAnswer> {
    let client = authenticate(&app, &caller, form.proof, Endpoint::Introspection).await?;
    let Some(token) = form.token else {
        let missing = Refusal::invalid_request("token is missing");
        return Err(client.spend_refused(&app.provider, missing.into()).await.into());
    };
    Ok(JsonReply(introspect(&app.provider, client, &token).await?))
}
