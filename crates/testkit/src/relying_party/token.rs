//! `POST /auth/oidc/token` (onesid.md §11): the front end polls, and renews.

use super::Shared;
use super::failure::Failure;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use countersign_protocol::token::TokenAnswer;
use serde::Deserialize;

/// The two requests of the front end. `authRequestId` is camelCase, `refresh_token` is not.
#[derive(Deserialize)]
#[serde(tag = "grant_type")]
pub(super) enum Grant {
    /// `CibaAuthStatusRequestFrontendDto`.
    #[serde(rename = "urn:openid:params:grant-type:ciba")]
    Ciba {
        /// The handle of the request.
        #[serde(rename = "authRequestId")]
        auth_request_id: String,
    },
    /// `RefreshTokenRequestFrontendDto`.
    #[serde(rename = "refresh_token")]
    RefreshToken {
        /// The refresh token.
        refresh_token: String,
    },
}

/// 201, as the published module answers; the provider's refusal otherwise, pending among them.
pub(super) async fn token(
    State(service): Shared,
    Json(grant): Json<Grant>,
) -> Result<(StatusCode, Json<TokenAnswer>), Failure> {
    let answer = match &grant {
        Grant::Ciba { auth_request_id } => {
            let fields = [
                ("grant_type", "urn:openid:params:grant-type:ciba"),
                ("auth_req_id", auth_request_id),
            ];
            service.provider.token(&fields).await?
        }
        Grant::RefreshToken { refresh_token } => {
            let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
            service.provider.token(&fields).await?
        }
    };
    Ok((StatusCode::CREATED, Json(answer)))
}
