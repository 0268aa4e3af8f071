//! `POST /auth/bc` and `GET /auth/bc/{auth_req_id}`: a person by name (CIBA).

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use countersign_client::{CibaRequest, LoginHint, TokenSet};
use serde::Deserialize;

use super::refusal::Refusal;
use super::run::Inside;
use crate::local::read_json;

/// What is asked for: who the person is, and new tokens without asking them again.
const SCOPE: &str = "openid contact profile offline_access";
/// What phone and screen show when the program says nothing else (onesid.md §6.2).
const LOGIN_MESSAGE: &str = "Authorize Login";

#[derive(Deserialize)]
struct BcRequest {
    /// A username, as existing programs send it, or a login hint token.
    login_hint_token: String,
    login_message: Option<String>,
}

pub(super) async fn post(
    State(inside): State<Arc<Inside>>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<CibaRequest>), Refusal> {
    let body = read_json(&headers, body).await?;
    let request: BcRequest = serde_json::from_slice(&body).map_err(|_| {
        Refusal::Shape("the body must be a JSON object with login_hint_token, and login_message if you like")
    })?;
    let message = request.login_message.as_deref().unwrap_or(LOGIN_MESSAGE);
    let client = inside.client().await?;
    let asked = client
        .make_ciba_request(&hint(request.login_hint_token), SCOPE, message, None)
        .await?;
    Ok((StatusCode::ACCEPTED, Json(asked)))
}

/// A username has its organisation behind an `@`, which no token has (onesid.md §6.3).
fn hint(text: String) -> LoginHint {
    if text.contains('@') {
        LoginHint::username(text)
    } else {
        LoginHint::token(text)
    }
}

pub(super) async fn get(
    State(inside): State<Arc<Inside>>,
    Path(auth_req_id): Path<String>,
) -> Result<(StatusCode, Json<TokenSet>), Refusal> {
    let tokens = inside.client().await?.check_ciba_status(&auth_req_id).await?;
    Ok((StatusCode::ACCEPTED, Json(tokens)))
}
