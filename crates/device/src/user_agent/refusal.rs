use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use countersign_client::{Advice, ClientError};
use serde::Serialize;

use crate::local::{BodyError, Foreign};

/// Why a program gets no answer.
#[derive(Debug, Clone, thiserror::Error)]
pub(super) enum Refusal {
    #[error(transparent)]
    Foreign(#[from] Foreign),
    #[error("{}", unregistered(*.0))]
    Unregistered(Option<u32>),
    #[error(transparent)]
    Body(#[from] BodyError),
    #[error("{0}")]
    Shape(&'static str),
    #[error("there is nothing here; see GET /auth/qr, POST /auth/bc and POST /auth/refresh")]
    NotFound,
    #[error("this route is served with another method")]
    Method,
    #[error(transparent)]
    Provider(#[from] ClientError),
}

fn unregistered(uid: Option<u32>) -> String {
    uid.map_or_else(
        || "the kernel does not say which user calls".to_owned(),
        |uid| {
            format!(
                "user {uid} is not registered here; an administrator adds `[[caller]]` with `uid = {uid}` to \
                 user-agent.toml beside device.yml and restarts the service"
            )
        },
    )
}

/// The error body that existing programs read.
#[derive(Serialize)]
struct Body {
    /// The provider's code where it has one.
    title: String,
    description: String,
    /// `pending` until the person has answered, as existing programs look for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    /// The same as `title`, beside `status`.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::Foreign(_) | Self::Unregistered(_) => StatusCode::FORBIDDEN,
            Self::Body(BodyError::NotJson) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Body(BodyError::TooMuch) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Shape(_) => StatusCode::BAD_REQUEST,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Provider(error) if is_the_callers(error) => StatusCode::BAD_REQUEST,
            Self::Provider(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn title(&self) -> String {
        match self {
            Self::Foreign(_) | Self::Unregistered(_) => "access_denied",
            Self::Body(_) | Self::Shape(_) | Self::Method => "invalid_request",
            Self::NotFound => "not_found",
            Self::Provider(error) => error.error().unwrap_or("temporarily_unavailable"),
        }
        .to_owned()
    }
}

/// Whether the program or its person can do something about it. What is wrong between this machine and its provider is
/// neither's affair, and passes or is mended elsewhere.
fn is_the_callers(error: &ClientError) -> bool {
    const OURS: [&str; 2] = ["invalid_client", "unauthorized_client"];
    let answered = error.status().is_some_and(|status| status.is_client_error());
    let passing = matches!(error.advice(), Advice::Retry) || error.retry_after().is_some();
    answered && !passing && !error.error().is_none_or(|code| OURS.contains(&code))
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let pending = matches!(
            &self,
            Self::Provider(ClientError::AuthorizationPending { .. } | ClientError::SlowDown { .. })
        );
        let title = if pending {
            "authorization_pending".to_owned()
        } else {
            self.title()
        };
        let description = match &self {
            Self::Provider(error) => error
                .error_description()
                .map_or_else(|| self.to_string(), str::to_owned),
            _ => self.to_string(),
        };
        let body = Body {
            status: pending.then_some("pending"),
            message: pending.then(|| title.clone()),
            title,
            description,
        };
        (self.status(), Json(body)).into_response()
    }
}
