//! `POST /auth/oidc/token` (onesid.md §11): the front end looks, and renews.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use super::Shared;
use super::failure::{Body, Failure};
use crate::token_set::TokenSet;

/// `CibaAuthStatusRequestFrontendDto` and `RefreshTokenRequestFrontendDto`: the one is told from the other by its member,
/// since published front ends do not all send `grant_type`. `authRequestId` is camelCase, `refresh_token` is not.
#[derive(Deserialize)]
pub(super) struct Grant {
    #[serde(rename = "authRequestId")]
    auth_request_id: Option<String>,
    refresh_token: Option<String>,
}

pub(super) async fn token(
    State(service): Shared,
    Body(grant): Body<Grant>,
) -> Result<Json<TokenSet>, Failure> {
    let tokens = match (&grant.auth_request_id, &grant.refresh_token) {
        (Some(auth_req_id), None) => service.client.check_ciba_status(auth_req_id).await?,
        (None, Some(refresh_token)) => service.client.refresh(refresh_token).await?,
        _ => {
            return Err(Failure::invalid_request(
                "send either authRequestId or refresh_token",
            ));
        }
    };
    Ok(Json(tokens))
}
