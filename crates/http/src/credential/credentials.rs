//! `{host}/credentials` for operators (X.1280 profile §6).

use crate::app::AppState;
use crate::extract::{JsonBody, Token};
use crate::reply::{Created, ErrorReply, JsonReply, Reply, refusals};
use axum::extract::State;
use countersign_core::x1280::credential::{issue, stored_list};
use countersign_protocol::x1280::{CredentialRequest, IssuedCredential, StoredCredentialList};

refusals!(ReadRefusals: InvalidToken, InsufficientScope);
refusals!(WriteRefusals:
    InvalidRequest, InvalidToken, InsufficientScope, NotFound, PayloadTooLarge, UnsupportedMediaType);

/// All credentials that were issued, enrolled or revoked here, newest first, without what they say of their people, for a
/// person whose `idp_role` is `master`, `admin` or `auditor`.
#[utoipa::path(
    get,
    path = "/credentials",
    operation_id = "credentials",
    tag = "credential",
    security(("bearer" = [])),
    responses((status = 200, description = "The credentials.", body = StoredCredentialList), ReadRefusals)
)]
pub(crate) async fn get(State(app): State<AppState>, Token(bearer): Token) -> Reply<StoredCredentialList> {
    bearer.reader()?;
    Ok(JsonReply(stored_list(&app.provider).await?))
}

/// Issues a credential to a person, for a person whose `idp_role` is `master` or `admin`. It is told this once: the first
/// phone that enrols it answers as its person.
#[utoipa::path(
    post,
    path = "/credentials",
    operation_id = "issue_credential",
    tag = "credential",
    security(("bearer" = [])),
    request_body = CredentialRequest,
    responses((status = 201, description = "The credential.", body = IssuedCredential), WriteRefusals)
)]
pub(crate) async fn post(
    State(app): State<AppState>,
    Token(bearer): Token,
    JsonBody(request): JsonBody<CredentialRequest>,
) -> Result<Created<IssuedCredential>, ErrorReply> {
    let by = bearer.operator()?.user.username.as_str();
    let issued = issue(&app.provider, request.try_into()?, by).await?;
    Ok(Created(issued.into()))
}
