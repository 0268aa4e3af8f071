//! What only 0.2.1 does: it hides its error types, drops the body of error answers, and permits exactly `idp-documents`.

use std::error::Error;

use ones_oidc::{OpenIdconnectClient, load_device_config, read_private_key};
use openidconnect::core::CoreProviderMetadata;
use openidconnect::reqwest::async_http_client;
use openidconnect::{ClientId, IssuerUrl};
use serde_json::Value;

use crate::driver::arguments::{DeviceFiles, QrStatus};
use crate::driver::calls::{bearer, refused, shown};
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

/// The list of permitted scopes is fixed in this version.
pub(crate) async fn validate_token(
    client: &mut OpenIdconnectClient,
    token: &String,
    permitted_idp_scopes: &[String],
) -> Result<Value, Failure> {
    if !permitted_idp_scopes.is_empty() {
        let error = "ones-oidc 0.2.1 takes no permitted scopes; it knows `idp-documents` only.";
        return Err(Failure::new(Stage::Call, "NotInThisVersion", error));
    }
    shown(&client.validate_token(token).await.map_err(refused)?)
}

/// Makes a QR session; in this version the caller brings the machine's token.
pub(crate) async fn qr_make(client: &OpenIdconnectClient) -> Result<Value, Failure> {
    let token = bearer(client).await?;
    let session = client.make_qr_auth_session_idp(token.secret()).await;
    shown(&session.map_err(refused)?)
}

/// Looks at a QR session, and asks its person when a phone has scanned. The whole session goes back to the provider.
pub(crate) async fn qr_status(client: &OpenIdconnectClient, look: &QrStatus) -> Result<Value, Failure> {
    let token = bearer(client).await?;
    let session = serde_json::from_str(&look.session).map_err(refused)?;
    let (scope, message) = (&look.scope, &look.binding_message);
    let session = client
        .verify_qr_auth_session_idp(session, token.secret(), scope, message, look.resource.clone())
        .await;
    shown(&session.map_err(refused)?)
}

/// Nothing is kept of an error answer.
pub(crate) fn error_answer<'a>(_error: &'a (dyn Error + 'static)) -> Option<ErrorAnswer<'a>> {
    None
}
