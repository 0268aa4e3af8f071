//! Error codes and the one error body of the whole surface.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Every error code that this provider answers, registered in the specification named beside it.
///
/// The code fixes the HTTP status (see [`ErrorCode::status`]), so the two can never disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorCode {
    /// RFC 6749 §5.2: a parameter is missing, repeated or malformed.
    InvalidRequest,
    /// RFC 6749 §5.2: the client could not be authenticated.
    InvalidClient,
    /// RFC 6749 §5.2: the grant is unknown, spent, or belongs to another client.
    InvalidGrant,
    /// RFC 6749 §5.2: this client may not use this grant type.
    UnauthorizedClient,
    /// RFC 6749 §5.2: the grant type is not known here.
    UnsupportedGrantType,
    /// RFC 6749 §5.2: a scope is unknown or not allowed for the client.
    InvalidScope,
    /// RFC 8707 §2: the resource is unknown or not allowed.
    InvalidTarget,
    /// RFC 6749 §4.1.2.1 and CIBA Core §11: the person, or a policy in the person's name, said no.
    AccessDenied,
    /// RFC 6749 §4.1.2.1: our fault; the details are in the log under the request id.
    ServerError,
    /// RFC 6749 §4.1.2.1: the service cannot answer at present; try again.
    TemporarilyUnavailable,
    /// CIBA Core §11: the person has not answered yet.
    AuthorizationPending,
    /// CIBA Core §11: polled too soon; the interval grew by five seconds.
    SlowDown,
    /// CIBA Core §11: the request ended before it was redeemed.
    ExpiredToken,
    /// CIBA Core §13: the login hint token is too old.
    ExpiredLoginHintToken,
    /// CIBA Core §13: no person could be found for the hint.
    UnknownUserId,
    /// CIBA Core §13: a user code is required.
    MissingUserCode,
    /// CIBA Core §13: the user code is wrong.
    InvalidUserCode,
    /// CIBA Core §13: the binding message cannot be shown as it is.
    InvalidBindingMessage,
    /// OpenID Connect Core §3.1.2.6: `request_uri` is not supported.
    RequestUriNotSupported,
    /// OpenID Connect Core §3.1.2.6: `registration` is not supported.
    RegistrationNotSupported,
    /// RFC 6750 §3.1: the bearer token is missing, unknown, expired or revoked.
    InvalidToken,
    /// RFC 6750 §3.1: the bearer token lacks the right for this call.
    InsufficientScope,
    /// RFC 7009 §2.2.1: tokens of this kind cannot be revoked.
    UnsupportedTokenType,
    /// RFC 7591 §3.2.2: a member of the client metadata is wrong.
    InvalidClientMetadata,
    /// Ours: there is no such thing, or not for this caller.
    NotFound,
    /// Ours: the thing has been decided, used or changed already.
    Conflict,
    /// Ours: too many requests; `Retry-After` says when to come back.
    TooManyRequests,
    /// Ours: the body is larger than this endpoint reads.
    PayloadTooLarge,
    /// Ours: the content type is not the one this endpoint reads.
    UnsupportedMediaType,
}

impl ErrorCode {
    /// Every code, in the order of the generated reference.
    pub const ALL: [Self; 29] = [
        Self::InvalidRequest,
        Self::InvalidClient,
        Self::InvalidGrant,
        Self::UnauthorizedClient,
        Self::UnsupportedGrantType,
        Self::InvalidScope,
        Self::InvalidTarget,
        Self::AccessDenied,
        Self::ServerError,
        Self::TemporarilyUnavailable,
        Self::AuthorizationPending,
        Self::SlowDown,
        Self::ExpiredToken,
        Self::ExpiredLoginHintToken,
        Self::UnknownUserId,
        Self::MissingUserCode,
        Self::InvalidUserCode,
        Self::InvalidBindingMessage,
        Self::RequestUriNotSupported,
        Self::RegistrationNotSupported,
        Self::InvalidToken,
        Self::InsufficientScope,
        Self::UnsupportedTokenType,
        Self::InvalidClientMetadata,
        Self::NotFound,
        Self::Conflict,
        Self::TooManyRequests,
        Self::PayloadTooLarge,
        Self::UnsupportedMediaType,
    ];

    /// The code as it stands in `error`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::AccessDenied => "access_denied",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::AuthorizationPending => "authorization_pending",
            Self::SlowDown => "slow_down",
            Self::ExpiredToken => "expired_token",
            Self::ExpiredLoginHintToken => "expired_login_hint_token",
            Self::UnknownUserId => "unknown_user_id",
            Self::MissingUserCode => "missing_user_code",
            Self::InvalidUserCode => "invalid_user_code",
            Self::InvalidBindingMessage => "invalid_binding_message",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::RegistrationNotSupported => "registration_not_supported",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
            Self::UnsupportedTokenType => "unsupported_token_type",
            Self::InvalidClientMetadata => "invalid_client_metadata",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::TooManyRequests => "too_many_requests",
            Self::PayloadTooLarge => "payload_too_large",
            Self::UnsupportedMediaType => "unsupported_media_type",
        }
    }

    /// The HTTP status that goes with the code.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            // RFC 6749 §5.2 allows 401 for invalid_client; RFC 6750 §3.1 asks for it with invalid_token.
            Self::InvalidClient | Self::InvalidToken => 401,
            Self::InsufficientScope => 403,
            Self::NotFound => 404,
            Self::Conflict => 409,
            Self::PayloadTooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::TooManyRequests => 429,
            Self::ServerError => 500,
            Self::TemporarilyUnavailable => 503,
            _ => 400,
        }
    }
}

impl std::fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The body of every refusal: `{"error", "error_description"}` (RFC 6749 §5.2).
///
/// `error_description` is always a non-empty string: published clients fail to parse an error without it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorBody {
    /// The registered code.
    pub error: String,
    /// What went wrong and what to change, for the engineer who reads it.
    pub error_description: String,
}
