//! `POST /auth/refresh`: new tokens for a refresh token (onesid.md §5.3).

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use countersign_client::TokenSet;
use serde::Deserialize;

use super::refusal::Refusal;
use super::run::Inside;
use crate::local::read_json;

/// `access_token` is sent by existing programs and not needed.
#[derive(Deserialize)]
struct RefreshRequest {
    refresh_token: String,
}

pub(super) async fn post(
    State(inside): State<Arc<Inside>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<TokenSet>, Refusal> {
    let body = read_json(&headers, body).await?;
    let request: RefreshRequest = serde_json::from_slice(&body)
        .map_err(|_| Refusal::Shape("the body must be a JSON object with refresh_token"))?;
    Ok(Json(
        inside.client().await?.refresh(&request.refresh_token).await?,
    ))
}
