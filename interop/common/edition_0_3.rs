//! What the 0.3 versions do: retry discovery, cache the machine's token, say their name in `User-Agent`.
//! 0.3.7 takes `keys[0]`; 0.3.9 picks the key by `kid` and reads `aud` from introspection. Their API is the same.

use std::error::Error;

use ones_oidc::{
    OidcError, OnesOidcConfig, OpenIdconnectClient, discover_provider_metadata, load_device_config,
    read_private_key,
};
use serde_json::Value;

use crate::driver::arguments::{DeviceFiles, QrStatus};
use crate::driver::calls::{refused, shown};
use crate::driver::outcome::{ErrorAnswer, Failure, Stage};

/// Loads the identity and discovers the provider by the client's helper, which may try again.
pub(crate) async fn open(files: &DeviceFiles) -> Result<OpenIdconnectClient, Failure> {
    let config = load_device_config(&files.device_config.to_string_lossy())
        .map_err(|error| Failure::of(Stage::Load, &error))?;
    let key = read_private_key(&files.private_key.to_string_lossy())
        .map_err(|error| Failure::of(Stage::Load, &error))?;
    let issuer = config
        .get_issuer_url()
        .map_err(|error| Failure::of(Stage::Load, &error))?;
    let settings = OnesOidcConfig::default().max_discovery_retries(files.discovery_retries);
    let metadata = discover_provider_metadata(&issuer, &settings)
        .await
        .map_err(|error| Failure::of(Stage::Discover, &error))?;
    Ok(OpenIdconnectClient::with_config(
        config.client_id,
        issuer,
        metadata,
        key,
        settings,
    ))
}

/// A client assertion.
pub(crate) fn device_jwt(client: &OpenIdconnectClient) -> Result<String, Failure> {
    client.device_jwt().map_err(refused)
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
