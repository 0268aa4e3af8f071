use countersign_protocol::token::{CLIENT_ASSERTION_TYPE, TokenAnswer};
use reqwest::StatusCode;
use zeroize::Zeroizing;

use crate::identity::Identity;
use crate::key::DeviceKeyError;
use crate::stamp::Stamp;
use countersign_client::{Http, HttpError};

/// The access token of a machine (onesid.md §5.1).
///
/// No `Debug`: it is a secret.
pub struct AccessToken {
    token: Zeroizing<String>,
    expires_at: i64,
}

impl AccessToken {
    /// The token itself, for an `Authorization: Bearer` header.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.token
    }

    /// When it ends, in Unix seconds of this machine's clock, counted from before the request was sent.
    #[must_use]
    pub fn expires_at(&self) -> i64 {
        self.expires_at
    }
}

/// Why there is no access token.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The assertion could not be signed.
    #[error(transparent)]
    Signing(#[from] DeviceKeyError),
    /// The provider does not take this machine for what it says it is (RFC 6749 §5.2).
    #[error(
        "{0}; the provider does not accept this machine: check its clock, ask an operator whether it was suspended or revoked, or register anew with -o INIT --force"
    )]
    NotAccepted(#[source] HttpError),
    /// The provider refused for another reason.
    #[error("{0}; ask an operator of the provider, who can find the reason in its log")]
    Refused(#[source] HttpError),
    /// The call has no usable answer.
    #[error(transparent)]
    Http(HttpError),
    /// The answer is not a bearer token.
    #[error(
        "the provider answered a token of type `{0}` instead of Bearer; check that the address is a OnesID provider"
    )]
    NotBearer(String),
}

/// Asks for an access token by `client_credentials` with `private_key_jwt` (onesid.md §4, §5.1). Nothing is cached.
///
/// # Errors
/// [`TokenError`], which tells apart a machine that is not accepted and a provider that cannot be reached.
pub async fn fetch_access_token(
    http: &Http,
    identity: &Identity,
    stamp: Stamp,
) -> Result<AccessToken, TokenError> {
    let config = identity.config();
    let endpoint = config.host.token_endpoint();
    let client_id = config.client_id.to_string();
    let assertion = identity.client_assertion(&endpoint, stamp)?;
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", client_id.as_str()),
        ("client_assertion_type", CLIENT_ASSERTION_TYPE),
        ("client_assertion", assertion.as_str()),
    ];
    let answer: TokenAnswer = http
        .post_form(&endpoint, &form, StatusCode::OK)
        .await
        .map_err(refusal)?;
    // RFC 6749 §7.1: a token of a type that is not understood must not be used.
    if !answer.token_type.eq_ignore_ascii_case("Bearer") {
        return Err(TokenError::NotBearer(countersign_client::printable(
            &answer.token_type,
        )));
    }
    let lifetime = i64::try_from(answer.expires_in).unwrap_or(i64::MAX);
    Ok(AccessToken {
        token: Zeroizing::new(answer.access_token),
        expires_at: stamp.iat.saturating_add(lifetime),
    })
}

fn refusal(error: HttpError) -> TokenError {
    match (error.code(), error.status()) {
        (Some("invalid_client" | "unauthorized_client"), _) | (_, Some(StatusCode::UNAUTHORIZED)) => {
            TokenError::NotAccepted(error)
        }
        (_, Some(_)) => TokenError::Refused(error),
        (_, None) => TokenError::Http(error),
    }
}
