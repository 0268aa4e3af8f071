//! Revocation (RFC 7009): a client gives tokens back.

use super::TokenSubject;
use crate::audit::AuditEvent;
use crate::audit::chain::record;
use crate::client::authenticate::AuthenticatedClient;
use crate::failure::{Outcome, Refusal};
use crate::provider::Provider;
use crate::secret::{OpaqueToken, TokenDigest};
use crate::store::Reading;

/// Revokes a token of this client. A refresh token takes its whole grant with it (RFC 7009 §2.1); an access token
/// ends alone. An unknown token is as good as revoked (§2.2).
///
/// # Errors
/// `invalid_grant`: the token belongs to another client.
pub async fn revoke(provider: &Provider, caller: AuthenticatedClient, token: &str) -> Outcome<()> {
    let digest = OpaqueToken::presented(token).digest();
    let (now, audit_key) = (provider.clock.now(), provider.audit_key());
    provider
        .store
        .write(move |tx| {
            caller.spend(tx)?;
            let client = &caller.client.id;
            let Some(found) = find(&*tx, &digest)? else {
                return Ok(());
            };
            let owner = match found {
                Found::Access { ref owner, .. } | Found::Refresh { ref owner, .. } => owner,
            };
            if owner != client {
                return Err(Refusal::invalid_grant("the token was issued to another client").into());
            }
            let subject = match found {
                Found::Access {
                    subject: TokenSubject::Grant(grant),
                    ..
                } => format!("grant:{grant}"),
                Found::Access { .. } => format!("client:{client}"),
                Found::Refresh { grant, .. } => format!("grant:{grant}"),
            };
            match found {
                Found::Access { .. } => tx.grants_mut().revoke_access_token(&digest, now)?,
                Found::Refresh { grant, .. } => {
                    tx.grants_mut().revoke(grant, now)?;
                }
            }
            record(
                tx,
                &audit_key,
                AuditEvent::new(now, format!("client:{client}"), "token.revoke", subject),
            )
        })
        .await
}

enum Found {
    Access {
        owner: crate::id::ClientId,
        subject: TokenSubject,
    },
    Refresh {
        owner: crate::id::ClientId,
        grant: crate::id::GrantId,
    },
}

fn find(tx: &dyn Reading, digest: &TokenDigest) -> Outcome<Option<Found>> {
    if let Some(token) = tx.grants().access_token(digest)? {
        return Ok(Some(Found::Access {
            owner: token.client_id,
            subject: token.subject,
        }));
    }
    let Some(token) = tx.grants().refresh_token(digest)? else {
        return Ok(None);
    };
    let grant = tx.grants().by_id(token.grant_id)?;
    Ok(grant.map(|grant| Found::Refresh {
        owner: grant.client_id,
        grant: grant.id,
    }))
}
