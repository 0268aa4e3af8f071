//! The operations of a machine that is registered: its key, its signature, its access token.

use countersign_device::{Http, Identity, PublicJwks, Stamp, TokenError, USER_AGENT, fetch_access_token};
use serde::Serialize;

use super::args::Args;
use super::error::CliError;
use super::output;

pub(crate) fn jwk(args: &Args) -> Result<(), CliError> {
    output::json(&load(args)?.public_jwk())
}

pub(crate) fn jwks(args: &Args) -> Result<(), CliError> {
    output::json(&PublicJwks::from(load(args)?.public_jwk()))
}

pub(crate) fn signature(args: &Args) -> Result<(), CliError> {
    let message = args
        .message
        .as_ref()
        .ok_or_else(|| CliError::Usage("SIGN needs the text to sign: add -m TEXT".to_owned()))?;
    output::line(&load(args)?.key().sign_base64url(message.as_bytes())?)
}

pub(crate) async fn access_token(args: &Args) -> Result<(), CliError> {
    /// The shape that the published readers parse (onesid.md §5.1).
    #[derive(Serialize)]
    struct Answer<'a> {
        access_token: &'a str,
        expires_at: i64,
    }
    let identity = load(args)?;
    let http = Http::for_host(&identity.config().host, USER_AGENT)?;
    let fetched = fetch_access_token(&http, &identity, Stamp::now()?).await;
    let token = fetched.map_err(|error| unfinished(args, error))?;
    output::json(&Answer {
        access_token: token.secret(),
        expires_at: token.expires_at(),
    })
}

/// A machine that is not accepted may only have missed the answer to its rotation.
fn unfinished(args: &Args, error: TokenError) -> CliError {
    let waits = args
        .folders()
        .is_ok_and(|folders| folders.next_private_pem().exists());
    match error {
        TokenError::NotAccepted(_) if waits => CliError::Unfinished(error),
        error => error.into(),
    }
}

fn load(args: &Args) -> Result<Identity, CliError> {
    Ok(Identity::load(&args.folders()?)?)
}
