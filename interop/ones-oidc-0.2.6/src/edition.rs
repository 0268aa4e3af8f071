//! What only 0.2.6 does: it keeps `error` and `error_description` of any error answer of the token and backchannel endpoints.

use std::error::Error;

use ones_oidc::{OidcError, OpenIdconnectClient, load_device_config, read_private_key};
use openidconnect::core::CoreProviderMetadata;
use openidconnect::reqwest::async_http_client;
use openidconnect::{ClientId, IssuerUrl};
use serde_json::Value;

use crate::driver::arguments::{DeviceFiles, QrStatus};
use crate::driver::calls::{refused, shown};
use crate::driver::outcome::{ErrorAnswer, Failure, Stage};

/// Loads the identity and discovers the provider once.
pub(crate) async fn open(files: &DeviceFiles) -> Result<OpenIdconnectClient, Failure> {
    if files.discovery_retries > 0 {
        let error = "This version of ones-oidc never tries discovery again.";
        return Err(Failure::new(Stage::Discover, "NotInThisVersion", error));
    }
    let config = load_device_config(&files.device_config.to_string_lossy())
        .map_err(|error| Failure::of(Stage::Load, &error))?;
    let key = read_private_key(&files.private_key.to_string_lossy())
        .map_err(|error| Failure::of(Stage::Load, &error))?;
    let issuer = IssuerUrl::new(config.get_issuer_url()).map_err(|error| Failure::of(Stage::Load, &error))?;
    let metadata = CoreProviderMetadata::discover_async(issuer.clone(), async_http_client)
        .await
        .map_err(|error| Failure::of(Stage::Discover, &error))?;
    let client_id = ClientId::new(config.client_id.to_string());
    Ok(OpenIdconnectClient::new(client_id, issuer, metadata, key))
}

/// A client assertion; this version panics when it cannot make one.
pub(crate) fn device_jwt(client: &OpenIdconnectClient) -> Result<String, Failure> {
    Ok(client.device_jwt())
}

/// Scopes with which the provider itself may call are given by the caller.
pub(crate) async fn validate_token(
    client: &mut OpenIdconnectClient,
    token: &String,
    permitted_idp_scopes: &[String],
) -> Result<Value, Failure> {
    let permitted = (!permitted_idp_scopes.is_empty()).then(|| permitted_idp_scopes.to_vec());
    shown(&client.validate_token(token, permitted).await.map_err(refused)?)
}

/// Makes a QR session.
pub(crate) async fn qr_make(client: &OpenIdconnectClient) -> Result<Value, Failure> {
    shown(&client.make_qr_auth_session_idp().await.map_err(refused)?)
}

/// Looks at a QR session, and asks its person when a phone has scanned.
pub(crate) async fn qr_status(client: &OpenIdconnectClient, look: &QrStatus) -> Result<Value, Failure> {
    let session = serde_json::from_str(&look.session).map_err(refused)?;
    let (scope, message) = (&look.scope, &look.binding_message);
    let session = client
        .verify_qr_auth_session_idp(session, scope, message, look.resource.clone())
        .await;
    shown(&session.map_err(refused)?)
}

/// What the client kept of the provider's error answer.
pub(crate) fn error_answer<'a>(error: &'a (dyn Error + 'static)) -> Option<ErrorAnswer<'a>> {
    match error.downcast_ref::<OidcError>()? {
        OidcError::RequestErrorWithDetails {
            status_code,
            error,
            error_description,
        } => Some((*status_code, error, error_description)),
        _ => None,
    }
}
