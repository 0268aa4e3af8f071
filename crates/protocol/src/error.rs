//! Error codes and the one error body of the whole surface.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One row for each code, so that word, status, section and meaning can never disagree.
macro_rules! error_codes {
    ($($variant:ident $wire:literal $status:literal $section:literal $meaning:literal)*) => {
        /// Every error code that this provider answers, registered in the specification named beside it.
        ///
        /// The code fixes the HTTP status: see [`ErrorCode::status`], and [`ErrorCode::token_status`] for the one
        /// endpoint that differs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum ErrorCode {
            $(#[doc = concat!($section, ": ", $meaning, ".")] $variant,)*
        }

        impl ErrorCode {
            /// Every code, in the order of the generated reference.
            pub const ALL: [Self; [$($wire),*].len()] = [$(Self::$variant),*];

            /// The code as it stands in `error`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $wire,)* }
            }

            /// The HTTP status that goes with the code. CIBA Core §13 answers `access_denied` with 403, RFC 6749 §5.2
            /// allows 401 for `invalid_client`, RFC 6750 §3.1 asks for it with `invalid_token`.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)* }
            }

            /// The specification and section that register the code; `ours` for a code of the JSON surface.
            #[must_use]
            pub const fn section(self) -> &'static str {
                match self { $(Self::$variant => $section,)* }
            }

            /// What the code means, half a sentence of Markdown.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)* }
            }
        }
    };
}

error_codes! {
    InvalidRequest "invalid_request" 400 "RFC 6749 §5.2" "a parameter is missing, repeated or malformed; also an unknown route (404) and a wrong method (405)"
    InvalidClient "invalid_client" 401 "RFC 6749 §5.2" "the client could not be authenticated"
    InvalidGrant "invalid_grant" 400 "RFC 6749 §5.2" "the grant is unknown, spent, or belongs to another client"
    UnauthorizedClient "unauthorized_client" 400 "RFC 6749 §5.2" "this client may not use this grant type"
    UnsupportedGrantType "unsupported_grant_type" 400 "RFC 6749 §5.2" "the grant type is not known here"
    InvalidScope "invalid_scope" 400 "RFC 6749 §5.2" "a scope is unknown or not allowed for the client"
    InvalidTarget "invalid_target" 400 "RFC 8707 §2" "the resource is unknown or not allowed"
    AccessDenied "access_denied" 403 "CIBA Core §11, §13" "the person, or a policy in the person's name, said no; 400 at the token endpoint"
    ServerError "server_error" 500 "RFC 6749 §4.1.2.1" "our fault; the details are in the log under the request id"
    TemporarilyUnavailable "temporarily_unavailable" 503 "RFC 6749 §4.1.2.1" "the service cannot answer at present; `Retry-After` says when to try again"
    AuthorizationPending "authorization_pending" 400 "CIBA Core §11" "the person has not answered yet"
    SlowDown "slow_down" 400 "CIBA Core §11" "polled too soon; the interval grew by five seconds"
    ExpiredToken "expired_token" 400 "CIBA Core §11" "the request ended before it was redeemed"
    ExpiredLoginHintToken "expired_login_hint_token" 400 "CIBA Core §13" "the login hint token is too old"
    UnknownUserId "unknown_user_id" 400 "CIBA Core §13" "no person could be found for the hint, or for the subject of a consent"
    MissingUserCode "missing_user_code" 400 "CIBA Core §13" "a user code is required"
    InvalidUserCode "invalid_user_code" 400 "CIBA Core §13" "the user code is wrong"
    InvalidBindingMessage "invalid_binding_message" 400 "CIBA Core §13" "the binding message cannot be shown as it is"
    RequestUriNotSupported "request_uri_not_supported" 400 "OpenID Connect Core §3.1.2.6" "`request_uri` is not supported"
    RegistrationNotSupported "registration_not_supported" 400 "OpenID Connect Core §3.1.2.6" "`registration` is not supported"
    InvalidToken "invalid_token" 401 "RFC 6750 §3.1" "the bearer token is missing, unknown, expired or revoked"
    InsufficientScope "insufficient_scope" 403 "RFC 6750 §3.1" "the bearer token lacks the right for this call"
    UnsupportedTokenType "unsupported_token_type" 400 "RFC 7009 §2.2.1" "tokens of this kind cannot be revoked"
    InvalidClientMetadata "invalid_client_metadata" 400 "RFC 7591 §3.2.2" "a member of the client metadata is wrong"
    InvalidService "invalid_service" 401 "X.1280 profile §1" "the service is unknown, or could not prove that it is the one it names"
    InvalidSignature "invalid_signature" 401 "X.1280 profile §3" "the answer is not signed by the enrolled key"
    InvalidOtp "invalid_otp" 401 "X.1280 profile §3" "the code in the answer is not that of the session"
    NotFound "not_found" 404 "ours" "there is no such thing, or not for this caller"
    Conflict "conflict" 409 "ours" "the thing has been decided, used or changed already"
    TooManyRequests "too_many_requests" 429 "ours" "too many requests; `Retry-After` says when to come back"
    PayloadTooLarge "payload_too_large" 413 "ours" "the body is larger than this endpoint reads"
    UnsupportedMediaType "unsupported_media_type" 415 "ours" "the content type is not the one this endpoint reads"
}

impl ErrorCode {
    /// The HTTP status of the code at the token endpoint: CIBA Core §11 answers through RFC 6749 §5.2, where a person's
    /// no is a 400 like any other refusal of a grant.
    #[must_use]
    pub const fn token_status(self) -> u16 {
        match self {
            Self::AccessDenied => 400,
            other => other.status(),
        }
    }

    /// The HTTP status of the code on the X.1280 surface: scopes beyond those of the service are a 422 there (X.1280
    /// profile §1), since the request itself is well formed.
    #[must_use]
    pub const fn x1280_status(self) -> u16 {
        match self {
            Self::InvalidScope => 422,
            other => other.status(),
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

#[cfg(test)]
mod tests {
    use super::ErrorCode;

    #[test]
    fn a_code_is_serialized_as_the_word_of_its_row() {
        for code in ErrorCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        }
    }

    #[test]
    fn a_persons_no_is_403_but_400_at_the_token_endpoint() {
        assert_eq!(ErrorCode::AccessDenied.status(), 403);
        assert_eq!(ErrorCode::AccessDenied.token_status(), 400);
        assert_eq!(ErrorCode::InvalidClient.token_status(), 401);
    }

    #[test]
    fn the_x1280_surface_tells_scopes_from_syntax() {
        assert_eq!(ErrorCode::InvalidScope.x1280_status(), 422);
        assert_eq!(ErrorCode::InvalidRequest.x1280_status(), 400);
        assert_eq!(ErrorCode::InvalidService.x1280_status(), 401);
    }
}
