//! The calls, written once: the published API is the same in these versions except for what `edition` covers.

use std::error::Error;

use ones_oidc::{
    LoginHint, OpenIdconnectClient, get_applications_well_known,
    get_well_known_application_by_client_identifier,
};
use openidconnect::{AccessToken, OAuth2TokenResponse};
use serde::Serialize;
use serde_json::{Value, json};

use super::arguments::{Call, CibaStart};
use super::outcome::{Failure, Stage};
use crate::edition;

/// Makes the call and gives the client's own answer as JSON.
pub(crate) async fn call(client: &mut OpenIdconnectClient, call: &Call) -> Result<Value, Failure> {
    match call {
        Call::DeviceToken => device_token(client).await,
        Call::DeviceJwt => edition::device_jwt(client).map(Value::String),
        Call::CibaStart(request) => ciba_start(client, request).await,
        Call::CibaStatus { auth_req_id } => {
            shown(&client.check_ciba_status(auth_req_id).await.map_err(refused)?)
        }
        Call::QrMake => edition::qr_make(client).await,
        Call::QrStatus(look) => edition::qr_status(client, look).await,
        Call::ValidateToken {
            token,
            permitted_idp_scopes,
        } => edition::validate_token(client, token, permitted_idp_scopes).await,
        Call::Introspect { token } => {
            let token = AccessToken::new(token.clone());
            shown(&client.token_introspection(&token).await.map_err(refused)?)
        }
        Call::FromIdentifier { identifier } => from_identifier(client, identifier).await,
        Call::WellKnown {
            client_identifier: None,
        } => well_known(client).await,
        Call::WellKnown {
            client_identifier: Some(id),
        } => well_known_application(client, id).await,
    }
}

/// Shows a value of the published client by its own `Serialize`.
pub(crate) fn shown(value: &impl Serialize) -> Result<Value, Failure> {
    serde_json::to_value(value).map_err(refused)
}

/// A refusal by the call itself.
pub(crate) fn refused<E: Error + 'static>(error: E) -> Failure {
    Failure::of(Stage::Call, &error)
}

async fn device_token(client: &OpenIdconnectClient) -> Result<Value, Failure> {
    let answer = client.request_device_access_token().await;
    shown(&answer.map_err(refused)?)
}

async fn ciba_start(client: &OpenIdconnectClient, request: &CibaStart) -> Result<Value, Failure> {
    let answer = client
        .make_ciba_request(
            &login_hint(request)?,
            &request.scope,
            &request.binding_message,
            request.resource.clone(),
            None,
        )
        .await;
    shown(&answer.map_err(refused)?)
}

/// The client does not export the type of `kind`, so that its wire form is the one way to make a hint.
fn login_hint(request: &CibaStart) -> Result<LoginHint, Failure> {
    let hint = match &request.hint.login_hint_token {
        Some(token) => json!({ "kind": "login_hint_token", "value": token }),
        None => json!({ "kind": "login_hint", "value": request.hint.login_hint }),
    };
    serde_json::from_value(hint).map_err(refused)
}

async fn from_identifier(client: &OpenIdconnectClient, identifier: &str) -> Result<Value, Failure> {
    let token = bearer(client).await?;
    let issuer = client.issuer_url().as_str();
    let answer = ones_oidc::actions::fetch_unknown_user_from_idp(issuer, identifier, token).await;
    shown(&answer.map_err(refused)?)
}

async fn well_known(client: &OpenIdconnectClient) -> Result<Value, Failure> {
    let token = bearer(client).await?;
    let answer = get_applications_well_known(client.provider_metadata(), token.secret()).await;
    shown(&answer.map_err(refused)?)
}

async fn well_known_application(client: &OpenIdconnectClient, id: &str) -> Result<Value, Failure> {
    let token = bearer(client).await?;
    let metadata = client.provider_metadata();
    let application = get_well_known_application_by_client_identifier(metadata, token.secret(), id)
        .await
        .map_err(refused)?;
    let url = application.url(client.issuer_url().as_str());
    Ok(json!({ "application": shown(&application)?, "url": url }))
}

/// The machine's own token, by the call that the 0.3 versions cache.
pub(crate) async fn bearer(client: &OpenIdconnectClient) -> Result<AccessToken, Failure> {
    let answer = client.device_access_token().await;
    Ok(answer.map_err(refused)?.access_token().clone())
}
