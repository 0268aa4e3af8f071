//! Introspection (RFC 7662): what is behind a token that a service was sent.

use super::bearer::{self, Bearer};
use super::{AccessToken, RefreshToken, token};
use crate::client::ClientKind;
use crate::client::authenticate::AuthenticatedClient;
use crate::failure::{Failure, Fault, Outcome, Refusal};
use crate::id::ClientId;
use crate::provider::Provider;
use crate::secret::OpaqueToken;
use crate::store::Reading;
use crate::time::Timestamp;
use countersign_protocol::ErrorCode;
use countersign_protocol::token::IntrospectionAnswer;

/// Looks a token up. Any registered device or service may ask about an access token it was sent (onesid.md §8); only
/// the client that holds a refresh token may ask about that.
///
/// # Errors
/// `invalid_request`: no token. A token that is unknown, expired or revoked is no error: `active` is false.
pub async fn introspect(
    provider: &Provider,
    caller: AuthenticatedClient,
    token: &str,
) -> Outcome<IntrospectionAnswer> {
    if matches!(caller.client.kind, ClientKind::Authenticator { .. }) {
        let refusal = Refusal::new(
            ErrorCode::UnauthorizedClient,
            "an authenticator may not introspect tokens",
        );
        return Err(caller.spend_refused(provider, Failure::from(refusal)).await);
    }
    let digest = OpaqueToken::presented(token).digest();
    let (now, issuer) = (provider.clock.now(), provider.host.issuer());
    provider
        .store
        .write(move |tx| {
            caller.spend(tx)?;
            if let Some(token) = tx.grants().access_token(&digest)? {
                return Ok(access(&*tx, &token, issuer, now)?.unwrap_or_default());
            }
            match tx.grants().refresh_token(&digest)? {
                Some(token) => Ok(refresh(&*tx, &token, &caller.client.id, issuer, now)?.unwrap_or_default()),
                None => Ok(IntrospectionAnswer::default()),
            }
        })
        .await
}

fn access(
    tx: &dyn Reading,
    token: &AccessToken,
    issuer: String,
    now: Timestamp,
) -> Result<Option<IntrospectionAnswer>, Fault> {
    let Some(bearer) = bearer::living(tx, token, now)? else {
        return Ok(None);
    };
    let answer = IntrospectionAnswer {
        active: true,
        client_id: Some(token.client_id.to_string()),
        exp: Some(token.expires_at.unix()),
        iat: Some(token.issued_at.unix()),
        iss: Some(issuer),
        token_type: Some("Bearer".to_owned()),
        ..IntrospectionAnswer::default()
    };
    Ok(Some(match bearer {
        // A phone's own token has no `sub`: published readers tell it from a sign-in by that (onesid.md §8).
        Bearer::Device(_) | Bearer::Phone(_) | Bearer::Service(_) => answer,
        Bearer::Person(person) => IntrospectionAnswer {
            sub: Some(person.user.id.to_string()),
            username: Some(person.user.username.to_string()),
            scope: Some(token::access_scope(&person.grant).to_string()),
            aud: person
                .grant
                .audience
                .map(|audience| audience.client_id.to_string()),
            idp_role: Some(person.user.role.as_str().to_owned()),
            ..answer
        },
    }))
}

fn refresh(
    tx: &dyn Reading,
    token: &RefreshToken,
    caller: &ClientId,
    issuer: String,
    now: Timestamp,
) -> Result<Option<IntrospectionAnswer>, Fault> {
    if token.spent.is_some() || now >= token.expires_at {
        return Ok(None);
    }
    let grant = tx.grants().by_id(token.grant_id)?;
    let Some(grant) = grant.filter(|grant| grant.revoked_at.is_none() && grant.client_id == *caller) else {
        return Ok(None);
    };
    Ok(Some(IntrospectionAnswer {
        active: true,
        client_id: Some(grant.client_id.to_string()),
        exp: Some(token.expires_at.unix()),
        iat: Some(token.issued_at.unix()),
        iss: Some(issuer),
        token_type: Some("refresh_token".to_owned()),
        sub: Some(grant.user_id.to_string()),
        scope: Some(grant.scope.to_string()),
        ..IntrospectionAnswer::default()
    }))
}
