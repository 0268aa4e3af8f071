//! The token endpoint's answers: client credentials, and the tokens of a grant.

use super::access_token;
use super::id_token;
use super::{AccessToken, Grant, RefreshToken, TokenSubject};
use crate::client::authenticate::AuthenticatedClient;
use crate::client::registration::GrantType;
use crate::client::{Client, ClientKind};
use crate::failure::{Outcome, Refusal};
use crate::provider::Provider;
use crate::secret::OpaqueToken;
use crate::store::Writing;
use crate::time::Timestamp;
use crate::user::User;
use countersign_protocol::token::TokenAnswer;
use countersign_protocol::{ErrorCode, ScopeList};

/// Scopes that mean something here. A scope of somebody else's service is not ours to grant.
pub const KNOWN_SCOPES: [&str; 4] = ["openid", "offline_access", "profile", "contact"];

/// A device's, a phone's or a service's own token (RFC 6749 §4.4): opaque, short-lived, without scope.
///
/// # Errors
/// `unauthorized_client`, `invalid_scope`.
pub async fn client_credentials(
    provider: &Provider,
    caller: AuthenticatedClient,
    scope: Option<&str>,
) -> Outcome<TokenAnswer> {
    let registration = &caller.client.registration;
    if !registration.allows(GrantType::ClientCredentials) {
        let refusal = Refusal::new(
            ErrorCode::UnauthorizedClient,
            "this client is not registered for client_credentials",
        );
        return Err(caller.spend_refused(provider, refusal.into()).await);
    }
    if scope.is_some_and(|scope| !scope.is_empty()) && !registration.profile.ignores_unknown_scopes() {
        let refusal = Refusal::new(
            ErrorCode::InvalidScope,
            "client_credentials takes no scope here; leave it out",
        );
        return Err(caller.spend_refused(provider, refusal.into()).await);
    }
    let now = provider.clock.now();
    let lifetime = provider.policy.lifetime.device_access_token;
    let token = OpaqueToken::new(&*provider.entropy, now);
    let row = AccessToken {
        digest: token.digest(),
        client_id: caller.client.id.clone(),
        subject: match caller.client.kind {
            ClientKind::Device(device) => TokenSubject::Device(device),
            ClientKind::Authenticator { user_id, .. } => TokenSubject::Authenticator(user_id),
            ClientKind::Service => TokenSubject::Service,
        },
        issued_at: now,
        expires_at: now + lifetime,
        revoked_at: None,
    };
    provider
        .store
        .write(move |tx| {
            caller.spend(tx)?;
            Ok(tx.grants_mut().insert_access_token(&row)?)
        })
        .await?;
    Ok(TokenAnswer {
        access_token: token.reveal().to_owned(),
        token_type: "Bearer".to_owned(),
        expires_in: lifetime.as_secs(),
        scope: None,
        id_token: None,
        refresh_token: None,
    })
}

/// Tokens that are made and signed, and not yet in the store.
pub struct Minted {
    /// What the client gets.
    pub answer: TokenAnswer,
    access: AccessToken,
    refresh: Option<RefreshToken>,
}

impl Minted {
    /// Puts the tokens into the store.
    ///
    /// # Errors
    /// A fault of the store.
    pub fn insert(&self, tx: &mut dyn Writing) -> Outcome<()> {
        tx.grants_mut().insert_access_token(&self.access)?;
        if let Some(refresh) = &self.refresh {
            tx.grants_mut().insert_refresh_token(refresh)?;
        }
        Ok(())
    }
}

/// Makes the tokens of a grant: an access token, an ID token with `openid`, a refresh token with `offline_access`.
///
/// # Errors
/// A key that cannot sign.
pub fn mint(
    provider: &Provider,
    client: &Client,
    grant: &Grant,
    user: &User,
    now: Timestamp,
) -> Outcome<Minted> {
    let lifetime = &provider.policy.lifetime;
    let access_token = access_token::make(provider, grant, user, now)?;
    let access = AccessToken {
        digest: access_token.digest(),
        client_id: grant.client_id.clone(),
        subject: TokenSubject::Grant(grant.id),
        issued_at: now,
        expires_at: now + lifetime.access_token,
        revoked_at: None,
    };
    let id_token = if grant.scope.contains("openid") {
        Some(id_token::make(
            provider,
            client,
            grant,
            user,
            access_token.reveal(),
            now,
        )?)
    } else {
        None
    };
    let refresh_token = may_refresh(client, grant).then(|| OpaqueToken::new(&*provider.entropy, now));
    let refresh = refresh_token.as_ref().map(|token| RefreshToken {
        digest: token.digest(),
        grant_id: grant.id,
        issued_at: now,
        expires_at: (now + lifetime.refresh_token).min(grant.created_at + lifetime.grant),
        spent: None,
    });
    let answer = TokenAnswer {
        access_token: access_token.reveal().to_owned(),
        token_type: "Bearer".to_owned(),
        expires_in: lifetime.access_token.as_secs(),
        scope: Some(access_scope(grant).to_string()),
        id_token,
        refresh_token: refresh_token.map(|token| token.reveal().to_owned()),
    };
    Ok(Minted {
        answer,
        access,
        refresh,
    })
}

fn may_refresh(client: &Client, grant: &Grant) -> bool {
    grant.scope.contains("offline_access") && client.registration.allows(GrantType::RefreshToken)
}

/// The scope of the access token. A token for a resource carries that resource's scopes only, and none is defined yet;
/// published clients expect the empty string then (onesid.md §7).
#[must_use]
pub fn access_scope(grant: &Grant) -> ScopeList {
    if grant.audience.is_some() {
        ScopeList::default()
    } else {
        grant.scope.clone()
    }
}
