//! The person behind a request.

use axum::extract::{FromRef, FromRequestParts, OptionalFromRequestParts};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use std::ops::Deref;

use super::BearerRejection;
use crate::Entity;
use crate::client::OpenIdconnectClient;
use crate::validate::ValidatedToken;

/// The person whose access token came with the request, validated (RFC 6750 §2.1). A device's own token is turned away,
/// and so is an ID token: it says who signed in, and gives no right to call anything.
///
/// ```
/// use axum::{Router, routing::get};
/// use countersign_client::{AuthenticatedUser, OpenIdconnectClient};
///
/// async fn me(user: AuthenticatedUser) -> String {
///     format!("You are {}", user.subject)
/// }
///
/// // The router's state is the client, or has it by `FromRef`.
/// fn router(client: OpenIdconnectClient) -> Router {
///     Router::new().route("/me", get(me)).with_state(client)
/// }
/// ```
#[derive(Debug, Clone)]
pub struct AuthenticatedUser(ValidatedToken);

impl AuthenticatedUser {
    /// The token that says so.
    #[must_use]
    pub const fn token(&self) -> &ValidatedToken {
        &self.0
    }
}

impl Deref for AuthenticatedUser {
    type Target = ValidatedToken;

    fn deref(&self) -> &ValidatedToken {
        &self.0
    }
}

impl<S> FromRequestParts<S> for AuthenticatedUser
where
    OpenIdconnectClient: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = BearerRejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, BearerRejection> {
        let client = OpenIdconnectClient::from_ref(state);
        let validated = match parts.extensions.get::<Checked>() {
            // `RequireScope` stands in front, and has looked at the same token.
            Some(Checked(validated)) => validated.clone(),
            None => check(&client, &parts.headers).await?,
        };
        Self::of(validated)
    }
}

impl<S> OptionalFromRequestParts<S> for AuthenticatedUser
where
    OpenIdconnectClient: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = BearerRejection;

    /// `None` without a token. A token that is not good is turned away all the same: its bearer believes to be known.
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, BearerRejection> {
        match <Self as FromRequestParts<S>>::from_request_parts(parts, state).await {
            Ok(user) => Ok(Some(user)),
            Err(BearerRejection::Missing) => Ok(None),
            Err(rejection) => Err(rejection),
        }
    }
}

impl AuthenticatedUser {
    fn of(validated: ValidatedToken) -> Result<Self, BearerRejection> {
        if validated.entity == Entity::User {
            Ok(Self(validated))
        } else {
            Err(BearerRejection::Insufficient { scope: String::new() })
        }
    }
}

/// What [`RequireScope`](super::RequireScope) leaves for the extractor.
#[derive(Clone)]
pub(super) struct Checked(pub(super) ValidatedToken);

/// The validated access token of a request.
pub(super) async fn check(
    client: &OpenIdconnectClient,
    headers: &HeaderMap,
) -> Result<ValidatedToken, BearerRejection> {
    Ok(client.validate_access_token(bearer(headers)?).await?)
}

/// RFC 6750 §2.1. Two such headers are refused, since two readers could see two different tokens.
fn bearer(headers: &HeaderMap) -> Result<&str, BearerRejection> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next().ok_or(BearerRejection::Missing)?;
    if values.next().is_some() {
        return Err(BearerRejection::Invalid);
    }
    let value = value.to_str().map_err(|_| BearerRejection::Invalid)?;
    let (scheme, token) = value.split_once(' ').ok_or(BearerRejection::Missing)?;
    if !scheme.eq_ignore_ascii_case("Bearer") {
        return Err(BearerRejection::Missing);
    }
    Ok(token.trim())
}
