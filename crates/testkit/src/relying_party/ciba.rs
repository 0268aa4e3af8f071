//! `POST /auth/oidc/bc-authorize` (onesid.md §11): the browser names a person, or a phone has scanned our code.

use super::failure::Failure;
use super::{QrHosting, Service, Shared};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use countersign_protocol::ciba::AuthenticationAnswer;
use countersign_protocol::qr::LoginHintKind;
use serde::Deserialize;
use serde_json::Map;

/// `CibaAuthRequestFrontendDto`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Start {
    login_hint_kind: LoginHintKind,
    user_identifier: String,
    session_id: Option<String>,
    resource: Option<Resource>,
    scope: Option<String>,
}

/// What the tokens are for.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Resource {
    /// The provider's own endpoints: an opaque token.
    Idp,
    /// This service: a JWT.
    Device,
}

/// 201, as the published module answers.
pub(super) async fn start(
    State(service): Shared,
    Json(start): Json<Start>,
) -> Result<(StatusCode, Json<AuthenticationAnswer>), Failure> {
    let answer = match start.session_id.clone() {
        Some(session) if service.qr_hosting == QrHosting::RelyingParty => {
            scanned(&service, &start, &session).await?
        }
        session => service.ask(&start, session.as_deref()).await?,
    };
    Ok((StatusCode::CREATED, Json(answer)))
}

/// A phone has scanned a code of ours.
async fn scanned(service: &Service, start: &Start, session: &str) -> Result<AuthenticationAnswer, Failure> {
    // Anybody can type a username; only the person's own phone can get a token.
    if !matches!(start.login_hint_kind, LoginHintKind::LoginHintToken) {
        return Err(Failure::invalid_request(
            "a scan names its person by a login_hint_token",
        ));
    }
    service.sessions.take(session)?;
    let started = service.ask(start, None).await;
    service.sessions.settle(session, started.as_ref().ok());
    // The code is for the screen. A phone that was told it could answer for a person who never saw the screen.
    started.map(|answer| AuthenticationAnswer {
        verification: None,
        ..answer
    })
}

impl Service {
    async fn ask(&self, start: &Start, session: Option<&str>) -> Result<AuthenticationAnswer, Failure> {
        let hint = match start.login_hint_kind {
            LoginHintKind::LoginHint => "login_hint",
            LoginHintKind::LoginHintToken => "login_hint_token",
        };
        let mut parameters = Map::new();
        let mut set = |name: &str, value: &str| parameters.insert(name.to_owned(), value.into());
        set("scope", start.scope.as_deref().unwrap_or(&self.scope));
        set("binding_message", &self.binding_message);
        set(hint, &start.user_identifier);
        if let Some(Resource::Device) = start.resource {
            set("resource", &self.resource);
        }
        if let Some(session) = session {
            set("qr_session_id", session);
        }
        self.provider.start(&parameters.into()).await
    }

    /// Continues a session of the provider that a phone has scanned (onesid.md §10.1).
    pub(super) async fn continue_session(
        &self,
        session: &str,
        login_hint_token: String,
    ) -> Result<AuthenticationAnswer, Failure> {
        let start = Start {
            login_hint_kind: LoginHintKind::LoginHintToken,
            user_identifier: login_hint_token,
            session_id: None,
            resource: None,
            scope: None,
        };
        self.ask(&start, Some(session)).await
    }
}
