use std::time::Duration;

use countersign_protocol::ScopeList;
use countersign_protocol::token::TokenAnswer;
use jiff::Timestamp;
use serde::Serialize;

use crate::error::ClientError;
use crate::secret::{AccessToken, IdToken, RefreshToken};

/// The longest life that a token is believed to have, in seconds: a year, safe to add to any clock.
const MAX_EXPIRES_IN: u64 = 365 * 24 * 3600;

/// What a person's yes gives (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3).
///
/// Serializes to the answer of a token endpoint, so a service can pass it to its own front end.
#[derive(Debug, Clone, Serialize)]
pub struct TokenSet {
    /// For calls in the person's name.
    pub access_token: AccessToken,
    /// Always `Bearer`.
    pub token_type: &'static str,
    /// Seconds for which the access token is good, from when it was asked for.
    pub expires_in: u64,
    /// The scopes that were granted; empty when the provider names none (onesid.md §16, C9).
    pub scope: ScopeList,
    /// Who the person is, when `openid` was granted. Not yet validated: see
    /// [`validate_id_token`](crate::OpenIdconnectClient::validate_id_token).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<IdToken>,
    /// For the next tokens, when `offline_access` was granted. Good for one use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<RefreshToken>,
    /// When the access token ends on this machine's clock.
    #[serde(skip)]
    pub expires_at: Timestamp,
}

impl TokenSet {
    pub(crate) fn new(answer: TokenAnswer, asked_at: Timestamp) -> Result<Self, ClientError> {
        require_bearer(&answer.token_type)?;
        let scope = answer.scope.as_deref().unwrap_or_default();
        Ok(Self {
            access_token: AccessToken::new(answer.access_token),
            token_type: "Bearer",
            expires_in: answer.expires_in,
            scope: ScopeList::parse(scope).map_err(|_| ClientError::Answer {
                problem: "`scope` is not a list of scopes",
            })?,
            id_token: answer.id_token.map(IdToken::new),
            refresh_token: answer.refresh_token.map(RefreshToken::new),
            expires_at: expires_at(asked_at, answer.expires_in),
        })
    }
}

/// RFC 6749 §7.1: a token of a type that is not understood must not be used.
pub(crate) fn require_bearer(token_type: &str) -> Result<(), ClientError> {
    if token_type.eq_ignore_ascii_case("Bearer") {
        Ok(())
    } else {
        Err(ClientError::Answer {
            problem: "the token is not of type Bearer",
        })
    }
}

/// Counted from before the question, so that a slow answer never makes a token look younger than it is.
pub(crate) fn expires_at(asked_at: Timestamp, expires_in: u64) -> Timestamp {
    let lifetime = Duration::from_secs(expires_in.min(MAX_EXPIRES_IN));
    asked_at.checked_add(lifetime).unwrap_or(Timestamp::MAX)
}
