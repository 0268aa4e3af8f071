//! `POST /auth/oidc/bc-authorize` (onesid.md §11): the front end names a person, or a phone has scanned our code.

use axum::Json;
use axum::extract::State;
use countersign_protocol::ScopeList;
use countersign_protocol::ciba::AuthenticationRequest;
use countersign_protocol::qr::LoginHintKind;
use serde::Deserialize;

use super::failure::{Body, Failure};
use super::{QrHosting, QrSessions, Service, ServiceQrStage, Shared};
use crate::ciba::{CibaRequest, LoginHint, authentication_request};

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

pub(super) async fn start(
    State(service): Shared,
    Body(start): Body<Start>,
) -> Result<Json<CibaRequest>, Failure> {
    let answer = match (&start.session_id, &service.config.qr_hosting) {
        (Some(session), QrHosting::Service { sessions, .. }) => {
            scanned(&service, &**sessions, &start, session).await?
        }
        _ => service.ask(&start).await?,
    };
    Ok(Json(answer))
}

/// A phone has scanned a code of ours (onesid.md §10.2).
async fn scanned(
    service: &Service,
    sessions: &dyn QrSessions,
    start: &Start,
    session: &str,
) -> Result<CibaRequest, Failure> {
    // Anybody can type a username; only the person's own phone can get a token.
    if start.login_hint_kind != LoginHintKind::LoginHintToken {
        return Err(Failure::invalid_request(
            "a scan names its person by a login_hint_token",
        ));
    }
    service.take(sessions, session).await?;
    let started = service.ask(start).await;
    let stage = started.as_ref().map_or(ServiceQrStage::Waiting, |request| {
        ServiceQrStage::Requested(request.clone())
    });
    // After a refusal the code waits for another scan.
    sessions.settle(session, stage).await?;
    // The code to compare is for the screen. A phone that was told it could answer for a person who never saw the screen.
    started.map(|request| CibaRequest {
        verification: None,
        ..request
    })
}

impl Service {
    async fn ask(&self, start: &Start) -> Result<CibaRequest, Failure> {
        let hint = LoginHint {
            kind: start.login_hint_kind,
            value: start.user_identifier.clone(),
        };
        let resource = match start.resource {
            Some(Resource::Device) => Some(self.own_resource()?),
            Some(Resource::Idp) | None => None,
        };
        let scope = self.scope(start.scope.as_deref())?;
        let hosted = matches!(self.config.qr_hosting, QrHosting::Provider);
        let request = AuthenticationRequest {
            qr_session_id: start.session_id.clone().filter(|_| hosted),
            ..authentication_request(&hint, scope, self.config.binding_message.clone(), resource)
        };
        Ok(self.client.start_ciba(request).await?)
    }

    fn own_resource(&self) -> Result<String, Failure> {
        let resource = self.config.resource.clone();
        resource.ok_or_else(|| Failure::invalid_request("this service gives no tokens for itself"))
    }

    /// What the front end asks for: whoever has changed the page gets no more than the service wants.
    fn scope(&self, asked: Option<&str>) -> Result<String, Failure> {
        let Some(asked) = asked else {
            return Ok(self.config.scope.clone());
        };
        let invalid = || {
            Failure::new(
                countersign_protocol::ErrorCode::InvalidScope,
                "this service does not ask people for such a scope",
            )
        };
        let allowed: Vec<&str> = self.config.scope.split(' ').collect();
        let scopes = ScopeList::parse(asked).map_err(|_| invalid())?;
        if scopes.iter().all(|scope| allowed.contains(&scope)) {
            Ok(asked.to_owned())
        } else {
            Err(invalid())
        }
    }
}
